package org.casdm.network.nd4j.kernel;

import java.util.Arrays;
import java.util.Queue;
import org.bytedeco.javacpp.FloatPointer;

/** Memory of one thread, which grows to what was asked for and stays. */
final class Scratch {

    private final Queue<FloatPointer> matrices;
    private float[][] tiles = new float[0][];
    private FloatPointer[] memory = new FloatPointer[0];

    /** @param matrices learns of native memory; to be closed by its owner */
    Scratch(Queue<FloatPointer> matrices) {
        this.matrices = matrices;
    }

    /** Heap memory of at least that length, its content undefined. */
    float[] tile(int index, int length) {
        if (index >= tiles.length) {
            tiles = Arrays.copyOf(tiles, index + 1);
        }
        if (tiles[index] == null || tiles[index].length < length) {
            tiles[index] = new float[length];
        }
        return tiles[index];
    }

    /** Tiles from the first index on, one after another. */
    Tiles tiles() {
        return new Tiles();
    }

    /** Hands out the tiles that one piece of work needs. */
    final class Tiles {

        private int next;

        float[] take(int length) {
            return tile(next++, length);
        }

        float[][] take(int count, int length) {
            var taken = new float[count][];
            for (int i = 0; i < count; i++) {
                taken[i] = take(length);
            }
            return taken;
        }

        float[][][] take(int rows, int count, int length) {
            var taken = new float[rows][][];
            for (int i = 0; i < rows; i++) {
                taken[i] = take(count, length);
            }
            return taken;
        }
    }

    /** Native memory for a matrix, its content undefined. */
    FloatPointer matrix(int index, int length) {
        if (index >= memory.length) {
            memory = Arrays.copyOf(memory, index + 1);
        }
        if (memory[index] == null || memory[index].limit() < length) {
            if (memory[index] != null) {
                memory[index].close();
            }
            memory[index] = new FloatPointer(length);
            matrices.add(memory[index]);
        }
        return new FloatPointer(memory[index]);
    }
}
