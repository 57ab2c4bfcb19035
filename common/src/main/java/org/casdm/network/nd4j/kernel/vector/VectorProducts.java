package org.casdm.network.nd4j.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of matrices in heap memory by vector instructions: small matrices that stay in the caches, for which BLAS takes
 * longer, as it first copies them into an order of its own.
 *
 * <p>Each element is one chain of fused multiply-adds in the order of the terms: it does not depend on the numbers of rows
 * and columns.
 */
public final class VectorProducts {

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    /** Elements of a vector. */
    public static final int LANES = SPECIES.length();
    /** Numbers of columns are multiples of this. */
    public static final int COLUMNS = LANES;
    /** Numbers of rows are rounded up to a multiple of this: so many are read and written. */
    public static final int ROWS = 8;

    private static final int WIDE_COLUMNS = 4 * LANES;
    private static final int WIDE_ROWS = 4;

    private VectorProducts() {}

    /**
     * Whether this is faster than BLAS: the sums of a product's part fill half of 32 registers of 16 floats. Processors
     * with fewer or narrower registers multiply faster by BLAS, which is written for each of them.
     */
    public static boolean fast() {
        return LANES == 16;
    }

    /** c[rows, columns] = a[rows, terms] · b[terms, columns]; strides are from row to row. */
    public static void multiply(
            int rows,
            int columns,
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        int column = 0;
        for (; column + WIDE_COLUMNS <= columns; column += WIDE_COLUMNS) {
            for (int row = 0; row < rows; row += WIDE_ROWS) {
                multiplyFourByFour(
                        terms,
                        a,
                        atA + row * strideA,
                        strideA,
                        b,
                        atB + column,
                        strideB,
                        c,
                        atC + row * strideC + column,
                        strideC);
            }
        }
        for (; column + 2 * LANES <= columns; column += 2 * LANES) {
            for (int row = 0; row < rows; row += ROWS) {
                multiplyEightByTwo(
                        terms,
                        a,
                        atA + row * strideA,
                        strideA,
                        b,
                        atB + column,
                        strideB,
                        c,
                        atC + row * strideC + column,
                        strideC);
            }
        }
        for (; column < columns; column += LANES) {
            for (int row = 0; row < rows; row += ROWS) {
                multiplyEightByOne(
                        terms,
                        a,
                        atA + row * strideA,
                        strideA,
                        b,
                        atB + column,
                        strideB,
                        c,
                        atC + row * strideC + column,
                        strideC);
            }
        }
    }

    /** c[rows, columns] += a[terms, rows]ᵀ · b[terms, columns]; strides are from row to row. */
    public static void addTransposed(
            int rows,
            int columns,
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        int column = 0;
        for (; column + WIDE_COLUMNS <= columns; column += WIDE_COLUMNS) {
            for (int row = 0; row < rows; row += WIDE_ROWS) {
                addTransposedFourByFour(
                        terms,
                        a,
                        atA + row,
                        strideA,
                        b,
                        atB + column,
                        strideB,
                        c,
                        atC + row * strideC + column,
                        strideC);
            }
        }
        for (; column + 2 * LANES <= columns; column += 2 * LANES) {
            for (int row = 0; row < rows; row += ROWS) {
                addTransposedEightByTwo(
                        terms,
                        a,
                        atA + row,
                        strideA,
                        b,
                        atB + column,
                        strideB,
                        c,
                        atC + row * strideC + column,
                        strideC);
            }
        }
        for (; column < columns; column += LANES) {
            for (int row = 0; row < rows; row += ROWS) {
                addTransposedEightByOne(
                        terms,
                        a,
                        atA + row,
                        strideA,
                        b,
                        atB + column,
                        strideB,
                        c,
                        atC + row * strideC + column,
                        strideC);
            }
        }
    }

    /** Four rows of four vectors. */
    private static void multiplyFourByFour(
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        var c00 = FloatVector.zero(SPECIES);
        var c01 = c00;
        var c02 = c00;
        var c03 = c00;
        var c10 = c00;
        var c11 = c00;
        var c12 = c00;
        var c13 = c00;
        var c20 = c00;
        var c21 = c00;
        var c22 = c00;
        var c23 = c00;
        var c30 = c00;
        var c31 = c00;
        var c32 = c00;
        var c33 = c00;
        for (int t = 0; t < terms; t++) {
            var b0 = FloatVector.fromArray(SPECIES, b, atB + t * strideB);
            var b1 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + LANES);
            var b2 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + 2 * LANES);
            var b3 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + 3 * LANES);
            var x = FloatVector.broadcast(SPECIES, a[atA + t]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(SPECIES, a[atA + strideA + t]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(SPECIES, a[atA + 2 * strideA + t]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(SPECIES, a[atA + 3 * strideA + t]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        c00.intoArray(c, atC);
        c01.intoArray(c, atC + LANES);
        c02.intoArray(c, atC + 2 * LANES);
        c03.intoArray(c, atC + 3 * LANES);
        c10.intoArray(c, atC + strideC);
        c11.intoArray(c, atC + strideC + LANES);
        c12.intoArray(c, atC + strideC + 2 * LANES);
        c13.intoArray(c, atC + strideC + 3 * LANES);
        c20.intoArray(c, atC + 2 * strideC);
        c21.intoArray(c, atC + 2 * strideC + LANES);
        c22.intoArray(c, atC + 2 * strideC + 2 * LANES);
        c23.intoArray(c, atC + 2 * strideC + 3 * LANES);
        c30.intoArray(c, atC + 3 * strideC);
        c31.intoArray(c, atC + 3 * strideC + LANES);
        c32.intoArray(c, atC + 3 * strideC + 2 * LANES);
        c33.intoArray(c, atC + 3 * strideC + 3 * LANES);
    }

    /** Eight rows of two vectors. */
    private static void multiplyEightByTwo(
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        var c00 = FloatVector.zero(SPECIES);
        var c01 = c00;
        var c10 = c00;
        var c11 = c00;
        var c20 = c00;
        var c21 = c00;
        var c30 = c00;
        var c31 = c00;
        var c40 = c00;
        var c41 = c00;
        var c50 = c00;
        var c51 = c00;
        var c60 = c00;
        var c61 = c00;
        var c70 = c00;
        var c71 = c00;
        for (int t = 0; t < terms; t++) {
            var b0 = FloatVector.fromArray(SPECIES, b, atB + t * strideB);
            var b1 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + LANES);
            var x = FloatVector.broadcast(SPECIES, a[atA + t]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(SPECIES, a[atA + strideA + t]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(SPECIES, a[atA + 2 * strideA + t]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(SPECIES, a[atA + 3 * strideA + t]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(SPECIES, a[atA + 4 * strideA + t]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(SPECIES, a[atA + 5 * strideA + t]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(SPECIES, a[atA + 6 * strideA + t]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(SPECIES, a[atA + 7 * strideA + t]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        c00.intoArray(c, atC);
        c01.intoArray(c, atC + LANES);
        c10.intoArray(c, atC + strideC);
        c11.intoArray(c, atC + strideC + LANES);
        c20.intoArray(c, atC + 2 * strideC);
        c21.intoArray(c, atC + 2 * strideC + LANES);
        c30.intoArray(c, atC + 3 * strideC);
        c31.intoArray(c, atC + 3 * strideC + LANES);
        c40.intoArray(c, atC + 4 * strideC);
        c41.intoArray(c, atC + 4 * strideC + LANES);
        c50.intoArray(c, atC + 5 * strideC);
        c51.intoArray(c, atC + 5 * strideC + LANES);
        c60.intoArray(c, atC + 6 * strideC);
        c61.intoArray(c, atC + 6 * strideC + LANES);
        c70.intoArray(c, atC + 7 * strideC);
        c71.intoArray(c, atC + 7 * strideC + LANES);
    }

    /** Eight rows of one vector. */
    private static void multiplyEightByOne(
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        var c00 = FloatVector.zero(SPECIES);
        var c10 = c00;
        var c20 = c00;
        var c30 = c00;
        var c40 = c00;
        var c50 = c00;
        var c60 = c00;
        var c70 = c00;
        for (int t = 0; t < terms; t++) {
            var b0 = FloatVector.fromArray(SPECIES, b, atB + t * strideB);
            var x = FloatVector.broadcast(SPECIES, a[atA + t]);
            c00 = x.fma(b0, c00);
            x = FloatVector.broadcast(SPECIES, a[atA + strideA + t]);
            c10 = x.fma(b0, c10);
            x = FloatVector.broadcast(SPECIES, a[atA + 2 * strideA + t]);
            c20 = x.fma(b0, c20);
            x = FloatVector.broadcast(SPECIES, a[atA + 3 * strideA + t]);
            c30 = x.fma(b0, c30);
            x = FloatVector.broadcast(SPECIES, a[atA + 4 * strideA + t]);
            c40 = x.fma(b0, c40);
            x = FloatVector.broadcast(SPECIES, a[atA + 5 * strideA + t]);
            c50 = x.fma(b0, c50);
            x = FloatVector.broadcast(SPECIES, a[atA + 6 * strideA + t]);
            c60 = x.fma(b0, c60);
            x = FloatVector.broadcast(SPECIES, a[atA + 7 * strideA + t]);
            c70 = x.fma(b0, c70);
        }
        c00.intoArray(c, atC);
        c10.intoArray(c, atC + strideC);
        c20.intoArray(c, atC + 2 * strideC);
        c30.intoArray(c, atC + 3 * strideC);
        c40.intoArray(c, atC + 4 * strideC);
        c50.intoArray(c, atC + 5 * strideC);
        c60.intoArray(c, atC + 6 * strideC);
        c70.intoArray(c, atC + 7 * strideC);
    }

    /** Four rows of four vectors. */
    private static void addTransposedFourByFour(
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        var c00 = FloatVector.fromArray(SPECIES, c, atC);
        var c01 = FloatVector.fromArray(SPECIES, c, atC + LANES);
        var c02 = FloatVector.fromArray(SPECIES, c, atC + 2 * LANES);
        var c03 = FloatVector.fromArray(SPECIES, c, atC + 3 * LANES);
        var c10 = FloatVector.fromArray(SPECIES, c, atC + strideC);
        var c11 = FloatVector.fromArray(SPECIES, c, atC + strideC + LANES);
        var c12 = FloatVector.fromArray(SPECIES, c, atC + strideC + 2 * LANES);
        var c13 = FloatVector.fromArray(SPECIES, c, atC + strideC + 3 * LANES);
        var c20 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC);
        var c21 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC + LANES);
        var c22 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC + 2 * LANES);
        var c23 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC + 3 * LANES);
        var c30 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC);
        var c31 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC + LANES);
        var c32 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC + 2 * LANES);
        var c33 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC + 3 * LANES);
        for (int t = 0; t < terms; t++) {
            var b0 = FloatVector.fromArray(SPECIES, b, atB + t * strideB);
            var b1 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + LANES);
            var b2 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + 2 * LANES);
            var b3 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + 3 * LANES);
            int place = atA + t * strideA;
            var x = FloatVector.broadcast(SPECIES, a[place]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(SPECIES, a[place + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(SPECIES, a[place + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(SPECIES, a[place + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        c00.intoArray(c, atC);
        c01.intoArray(c, atC + LANES);
        c02.intoArray(c, atC + 2 * LANES);
        c03.intoArray(c, atC + 3 * LANES);
        c10.intoArray(c, atC + strideC);
        c11.intoArray(c, atC + strideC + LANES);
        c12.intoArray(c, atC + strideC + 2 * LANES);
        c13.intoArray(c, atC + strideC + 3 * LANES);
        c20.intoArray(c, atC + 2 * strideC);
        c21.intoArray(c, atC + 2 * strideC + LANES);
        c22.intoArray(c, atC + 2 * strideC + 2 * LANES);
        c23.intoArray(c, atC + 2 * strideC + 3 * LANES);
        c30.intoArray(c, atC + 3 * strideC);
        c31.intoArray(c, atC + 3 * strideC + LANES);
        c32.intoArray(c, atC + 3 * strideC + 2 * LANES);
        c33.intoArray(c, atC + 3 * strideC + 3 * LANES);
    }

    /** Eight rows of two vectors. */
    private static void addTransposedEightByTwo(
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        var c00 = FloatVector.fromArray(SPECIES, c, atC);
        var c01 = FloatVector.fromArray(SPECIES, c, atC + LANES);
        var c10 = FloatVector.fromArray(SPECIES, c, atC + strideC);
        var c11 = FloatVector.fromArray(SPECIES, c, atC + strideC + LANES);
        var c20 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC);
        var c21 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC + LANES);
        var c30 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC);
        var c31 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC + LANES);
        var c40 = FloatVector.fromArray(SPECIES, c, atC + 4 * strideC);
        var c41 = FloatVector.fromArray(SPECIES, c, atC + 4 * strideC + LANES);
        var c50 = FloatVector.fromArray(SPECIES, c, atC + 5 * strideC);
        var c51 = FloatVector.fromArray(SPECIES, c, atC + 5 * strideC + LANES);
        var c60 = FloatVector.fromArray(SPECIES, c, atC + 6 * strideC);
        var c61 = FloatVector.fromArray(SPECIES, c, atC + 6 * strideC + LANES);
        var c70 = FloatVector.fromArray(SPECIES, c, atC + 7 * strideC);
        var c71 = FloatVector.fromArray(SPECIES, c, atC + 7 * strideC + LANES);
        for (int t = 0; t < terms; t++) {
            var b0 = FloatVector.fromArray(SPECIES, b, atB + t * strideB);
            var b1 = FloatVector.fromArray(SPECIES, b, atB + t * strideB + LANES);
            int place = atA + t * strideA;
            var x = FloatVector.broadcast(SPECIES, a[place + 7]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
            x = FloatVector.broadcast(SPECIES, a[place]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(SPECIES, a[place + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(SPECIES, a[place + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(SPECIES, a[place + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(SPECIES, a[place + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(SPECIES, a[place + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(SPECIES, a[place + 6]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
        }
        c00.intoArray(c, atC);
        c01.intoArray(c, atC + LANES);
        c10.intoArray(c, atC + strideC);
        c11.intoArray(c, atC + strideC + LANES);
        c20.intoArray(c, atC + 2 * strideC);
        c21.intoArray(c, atC + 2 * strideC + LANES);
        c30.intoArray(c, atC + 3 * strideC);
        c31.intoArray(c, atC + 3 * strideC + LANES);
        c40.intoArray(c, atC + 4 * strideC);
        c41.intoArray(c, atC + 4 * strideC + LANES);
        c50.intoArray(c, atC + 5 * strideC);
        c51.intoArray(c, atC + 5 * strideC + LANES);
        c60.intoArray(c, atC + 6 * strideC);
        c61.intoArray(c, atC + 6 * strideC + LANES);
        c70.intoArray(c, atC + 7 * strideC);
        c71.intoArray(c, atC + 7 * strideC + LANES);
    }

    /** Eight rows of one vector. */
    private static void addTransposedEightByOne(
            int terms,
            float[] a,
            int atA,
            int strideA,
            float[] b,
            int atB,
            int strideB,
            float[] c,
            int atC,
            int strideC) {
        var c00 = FloatVector.fromArray(SPECIES, c, atC);
        var c10 = FloatVector.fromArray(SPECIES, c, atC + strideC);
        var c20 = FloatVector.fromArray(SPECIES, c, atC + 2 * strideC);
        var c30 = FloatVector.fromArray(SPECIES, c, atC + 3 * strideC);
        var c40 = FloatVector.fromArray(SPECIES, c, atC + 4 * strideC);
        var c50 = FloatVector.fromArray(SPECIES, c, atC + 5 * strideC);
        var c60 = FloatVector.fromArray(SPECIES, c, atC + 6 * strideC);
        var c70 = FloatVector.fromArray(SPECIES, c, atC + 7 * strideC);
        for (int t = 0; t < terms; t++) {
            var b0 = FloatVector.fromArray(SPECIES, b, atB + t * strideB);
            int place = atA + t * strideA;
            var x = FloatVector.broadcast(SPECIES, a[place + 7]);
            c70 = x.fma(b0, c70);
            x = FloatVector.broadcast(SPECIES, a[place]);
            c00 = x.fma(b0, c00);
            x = FloatVector.broadcast(SPECIES, a[place + 1]);
            c10 = x.fma(b0, c10);
            x = FloatVector.broadcast(SPECIES, a[place + 2]);
            c20 = x.fma(b0, c20);
            x = FloatVector.broadcast(SPECIES, a[place + 3]);
            c30 = x.fma(b0, c30);
            x = FloatVector.broadcast(SPECIES, a[place + 4]);
            c40 = x.fma(b0, c40);
            x = FloatVector.broadcast(SPECIES, a[place + 5]);
            c50 = x.fma(b0, c50);
            x = FloatVector.broadcast(SPECIES, a[place + 6]);
            c60 = x.fma(b0, c60);
        }
        c00.intoArray(c, atC);
        c10.intoArray(c, atC + strideC);
        c20.intoArray(c, atC + 2 * strideC);
        c30.intoArray(c, atC + 3 * strideC);
        c40.intoArray(c, atC + 4 * strideC);
        c50.intoArray(c, atC + 5 * strideC);
        c60.intoArray(c, atC + 6 * strideC);
        c70.intoArray(c, atC + 7 * strideC);
    }
}
