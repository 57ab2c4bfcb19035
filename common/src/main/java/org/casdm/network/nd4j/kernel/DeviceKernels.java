package org.casdm.network.nd4j.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.random.impl.BernoulliDistribution;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@link Kernels} as ND4J operations: for every backend and type of number. */
public final class DeviceKernels implements Kernels {

    /** The factor and offset of each image and channel, [images, 1, channels] each. */
    private record Folded(INDArray factor, INDArray offset, INDArray normFactor, INDArray mean, INDArray scale) {}

    private static INDArray flat(INDArray array) {
        return array.reshape(
                'c',
                array.size(0),
                array.length() / array.size(0) / array.size(array.rank() - 1),
                array.size(array.rank() - 1));
    }

    private static Folded fold(INDArray input, Norm norm, INDArray statistics) {
        long images = input.size(0);
        long channels = input.size(input.rank() - 1);
        int perGroup = (int) (channels / norm.groups());
        var mean = perChannel(statistics, 0, perGroup);
        var reciprocal = perChannel(statistics, 1, perGroup);
        var weight = norm.weight().reshape(1, 1, channels);
        var bias = norm.bias().reshape(1, 1, channels);
        var normFactor = reciprocal.mul(weight);
        var scale = norm.scaleShift() == null
                ? Nd4j.onesLike(normFactor)
                : part(norm.scaleShift(), 0, images, channels).add(1);
        var factor = normFactor.mul(scale);
        var offset = scale.mul(bias).sub(mean.mul(factor));
        if (norm.scaleShift() != null) {
            offset.addi(part(norm.scaleShift(), 1, images, channels));
        }
        return new Folded(factor, offset, normFactor, mean, scale);
    }

    private static INDArray part(INDArray scaleShift, int index, long images, long channels) {
        return scaleShift
                .reshape(images, 2, channels)
                .get(NDArrayIndex.all(), NDArrayIndex.interval(index, index + 1), NDArrayIndex.all());
    }

    private static INDArray perChannel(INDArray statistics, int index, int perGroup) {
        long images = statistics.size(0);
        long groups = statistics.size(2);
        return statistics
                .get(NDArrayIndex.all(), NDArrayIndex.point(index), NDArrayIndex.all())
                .dup('c')
                .reshape(images, groups, 1)
                .repeat(2, perGroup)
                .reshape(images, 1, groups * perGroup);
    }

    @Override
    public void normalise(INDArray input, Norm norm, INDArray output, INDArray statistics) {
        var x = flat(input);
        long images = x.size(0);
        long groups = norm.groups();
        var grouped = x.reshape('c', images, x.size(1), groups, x.size(2) / groups);
        var mean = grouped.mean(true, 1, 3);
        var variance = Transforms.pow(grouped.sub(mean), 2).mean(1, 3);
        statistics
                .get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all())
                .assign(mean.reshape(images, groups));
        statistics
                .get(NDArrayIndex.all(), NDArrayIndex.point(1), NDArrayIndex.all())
                .assign(Transforms.pow(variance.add(NORM_EPSILON), -0.5).reshape(images, groups));
        var folded = fold(input, norm, statistics);
        var y = flat(output);
        x.mul(folded.factor(), y);
        y.addi(folded.offset());
        if (norm.silu()) {
            silu(y.dup('c'), y);
        }
    }

    @Override
    public void normaliseBackward(
            INDArray input,
            Norm norm,
            INDArray statistics,
            INDArray gradient,
            INDArray addend,
            INDArray weightGradient,
            INDArray biasGradient,
            INDArray scaleShiftGradient) {
        var x = flat(input);
        long images = x.size(0);
        long channels = x.size(2);
        long groups = norm.groups();
        long perGroup = channels / groups;
        var dz = flat(gradient);
        var folded = fold(input, norm, statistics);
        if (norm.silu()) {
            siluBackward(x.mul(folded.factor()).addi(folded.offset()), dz);
        }
        var reciprocal = perChannel(statistics, 1, (int) perGroup);
        var normalised = x.sub(folded.mean()).muli(reciprocal);
        var gradientSums = dz.sum(true, 1);
        var productSums = dz.mul(normalised).sum(true, 1);
        weightGradient.assign(productSums.mul(folded.scale()).sum(0, 1).reshape(weightGradient.shape()));
        biasGradient.assign(gradientSums.mul(folded.scale()).sum(0, 1).reshape(biasGradient.shape()));
        if (scaleShiftGradient != null) {
            var weight = norm.weight().reshape(1, 1, channels);
            var bias = norm.bias().reshape(1, 1, channels);
            part(scaleShiftGradient, 0, images, channels)
                    .assign(productSums.mul(weight).addi(gradientSums.mul(bias)));
            part(scaleShiftGradient, 1, images, channels).assign(gradientSums);
        }
        double count = (double) x.size(1) * perGroup;
        var weightAndScale = folded.scale().mul(norm.weight().reshape(1, 1, channels));
        var meanGradient = groupMean(gradientSums.mul(weightAndScale), groups, perGroup, count);
        var meanProduct = groupMean(productSums.mul(weightAndScale), groups, perGroup, count);
        dz.muli(folded.factor());
        normalised.muli(meanProduct.muli(reciprocal));
        dz.subi(normalised).subi(meanGradient.muli(reciprocal));
        if (addend != null) {
            dz.addi(flat(addend));
        }
    }

    private static INDArray groupMean(INDArray perChannel, long groups, long perGroup, double count) {
        long images = perChannel.size(0);
        return perChannel
                .reshape('c', images, groups, perGroup)
                .sum(true, 2)
                .divi(count)
                .repeat(2, perGroup)
                .reshape(images, 1, groups * perGroup);
    }

    @Override
    public void addPerImage(INDArray target, INDArray terms) {
        flat(target).addi(terms.reshape(terms.size(0), 1, terms.size(1)));
    }

    @Override
    public void sumPerImage(INDArray input, INDArray sums) {
        sums.assign(flat(input).sum(1));
    }

    @Override
    public void sumRows(INDArray input, INDArray sums) {
        long channels = input.size(input.rank() - 1);
        sums.assign(
                input.reshape('c', input.length() / channels, channels).sum(0).reshape(sums.shape()));
    }

    @Override
    public void upsample(INDArray input, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("upsampling2d")
                .addInputs(input)
                .addOutputs(output)
                .addIntegerArguments(2, 2, 0)
                .build());
    }

    @Override
    public void upsampleBackward(INDArray outputGradient, INDArray inputGradient) {
        Nd4j.exec(DynamicCustomOp.builder("upsampling2d_bp")
                .addInputs(inputGradient, outputGradient)
                .addOutputs(inputGradient)
                .addIntegerArguments(0)
                .build());
    }

    @Override
    public void silu(INDArray input, INDArray output) {
        output.assign(Transforms.sigmoid(input).muli(input));
    }

    @Override
    public void siluBackward(INDArray input, INDArray gradient) {
        var s = Transforms.sigmoid(input);
        // s · (1 + x · (1 - s)) = s + x · s · (1 - s)
        gradient.muli(s.rsub(1).muli(input).addi(1).muli(s));
    }

    @Override
    public void attend(INDArray joint, int heads, INDArray probabilities, INDArray attended) {
        var query = part(joint, heads, 0).dup('c');
        var key = part(joint, heads, 1).dup('c');
        var value = part(joint, heads, 2).dup('c');
        long positions = joint.size(1);
        var weights = probabilities == null
                ? Nd4j.createUninitialized(value.dataType(), joint.size(0), heads, positions, positions)
                : probabilities;
        Operations.multiply(query, false, key, true, 1 / Math.sqrt(query.size(3)), 0, weights);
        Operations.softmax(weights);
        var separate = Nd4j.createUninitialized(value.dataType(), value.shape());
        Operations.multiply(weights, false, value, false, 1, 0, separate);
        heads(attended, heads).assign(separate);
    }

    @Override
    public void attendBackward(
            INDArray joint, int heads, INDArray probabilities, INDArray attendedGradient, INDArray jointGradient) {
        var query = part(joint, heads, 0).dup('c');
        var key = part(joint, heads, 1).dup('c');
        var value = part(joint, heads, 2).dup('c');
        double scale = 1 / Math.sqrt(query.size(3));
        var separate = heads(attendedGradient, heads).dup('c');
        var gradient = Nd4j.createUninitialized(value.dataType(), value.shape());
        Operations.multiply(probabilities, true, separate, false, 1, 0, gradient);
        part(jointGradient, heads, 2).assign(gradient);
        var scores = Nd4j.createUninitialized(probabilities.dataType(), probabilities.shape());
        Operations.multiply(separate, false, value, true, 1, 0, scores);
        scores.muli(probabilities);
        var sums = scores.sum(true, scores.rank() - 1);
        scores.subi(probabilities.mul(sums));
        Operations.multiply(scores, false, key, false, scale, 0, gradient);
        part(jointGradient, heads, 0).assign(gradient);
        Operations.multiply(scores, true, query, false, scale, 0, gradient);
        part(jointGradient, heads, 1).assign(gradient);
    }

    /** The queries (0), keys (1) or values (2) of the joint projection, as [images, heads, positions, width]. */
    private static INDArray part(INDArray joint, int heads, int index) {
        return joint.reshape('c', joint.size(0), joint.size(1), heads, 3, joint.size(2) / heads / 3)
                .get(
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.point(index),
                        NDArrayIndex.all())
                .permute(0, 2, 1, 3);
    }

    /** [images, positions, heads · width] as [images, heads, positions, width]. */
    private static INDArray heads(INDArray merged, int heads) {
        return merged.reshape('c', merged.size(0), merged.size(1), heads, merged.size(2) / heads)
                .permute(0, 2, 1, 3);
    }

    @Override
    public void multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB, double beta, INDArray output) {
        Operations.multiply(a, transposeA, b, transposeB, 1, beta, output);
    }

    @Override
    public void multiplyImages(INDArray input, INDArray weight, INDArray output) {
        multiply(Operations.rows(input), false, weight, false, 0, Operations.rows(output));
    }

    @Override
    public void convolveImages(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output) {
        convolve(input, weight, bias, stride, output);
    }

    @Override
    public void convolve(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output) {
        Operations.convolve(input, weight, bias, stride, 1, 1, output);
    }

    @Override
    public void convolveBackward(
            INDArray input,
            INDArray weight,
            INDArray bias,
            int stride,
            INDArray outputGradient,
            INDArray inputGradient,
            INDArray weightGradient,
            INDArray biasGradient) {
        Operations.convolveBackward(
                input, weight, bias, stride, 1, outputGradient, inputGradient, weightGradient, biasGradient);
    }

    @Override
    public void dropout(INDArray values, double rate, long key) {
        var mask = Nd4j.createUninitialized(values.dataType(), values.shape());
        try (var random = Nd4j.getRandomFactory().getNewRandomInstance(key, values.length())) {
            Nd4j.getExecutioner().exec(new BernoulliDistribution(mask, 1 - rate), random);
        } catch (Exception e) {
            throw new IllegalStateException("Closing a random generator failed", e);
        }
        values.muli(mask).divi(1 - rate);
    }

    @Override
    public void close() {
        // ND4J owns its threads.
    }
}
