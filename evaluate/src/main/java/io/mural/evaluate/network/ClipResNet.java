package io.mural.evaluate.network;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Conv;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.file.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The picture half of CLIP as a residual network (RN50 of arXiv 2103.00020), under OpenAI's names. Without the positions
 * of its attention pooling it takes a picture of any size, as CLIP-IQA (arXiv 2207.12396) does.
 *
 * <p>Its strides are means over 2 x 2 pixels, each before a 1x1 convolution: the two are one convolution here.
 */
public final class ClipResNet implements AutoCloseable {
    private static final double EPS = 1e-5;
    private static final int HEAD = 64;
    private static final int STAGES = 4;
    /** Stem, mean and three strided stages halve a side five times. */
    private static final int SMALLEST = 32;

    private final WeightCopies file;
    private final List<Units.Square> stem;
    private final List<Bottleneck> blocks = new ArrayList<>();
    private final Tensor positions;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    private ClipResNet(WeightCopies file) {
        this.file = file;
        stem = List.of(stem(1, 2), stem(2, 1), stem(3, 1));
        int channels = Layer.chain(stem.toArray(Layer[]::new)).channels(3);
        for (int stage = 1; stage <= STAGES; stage++) {
            for (int i = 0; i == 0 || file.has("visual.layer" + stage + "." + i + ".conv1.weight"); i++) {
                // The mean after the stem is before the first block, and so in its first convolutions.
                var means = i > 0 ? Means.NONE : stage == 1 ? Means.BEFORE : Means.WITHIN;
                var block = Bottleneck.load(file, "visual.layer" + stage + "." + i + ".", means);
                channels = block.channels(channels);
                blocks.add(block);
            }
        }
        if (channels % HEAD != 0) {
            throw new InputException("visual.layer4 gives " + channels + " channels, expected a multiple of " + HEAD);
        }
        query = file.linear("visual.attnpool.q_proj", channels);
        key = file.linear("visual.attnpool.k_proj", channels);
        value = file.linear("visual.attnpool.v_proj", channels);
        output = file.linear("visual.attnpool.c_proj", channels);
        var shape = file.shape("visual.attnpool.positional_embedding", 2);
        positions = file.tensor(file.floats("visual.attnpool.positional_embedding"), shape[0], shape[1]);
    }

    /** The network of a safetensors file. */
    public static ClipResNet load(Path path) {
        try (var checkpoint = Checkpoint.open(path)) {
            var file = new WeightCopies(NamedWeights.of(checkpoint), "");
            try {
                return new ClipResNet(file);
            } catch (RuntimeException e) {
                file.close();
                throw e;
            }
        }
    }

    private Units.Square stem(int number, int stride) {
        var conv = FoldedConv.of(file, "visual.conv" + number, "visual.bn" + number, EPS);
        return new Units.Square(conv.square(file), stride, Padding.SAME);
    }

    /** Where a block has means over 2 x 2 pixels. */
    private enum Means {
        NONE,
        /** Of the block's input. */
        BEFORE,
        /** Before its last convolution, and of its shortcut. */
        WITHIN
    }

    /**
     * Three convolutions and what goes past them.
     *
     * @param shortcut a 1x1 convolution, where sizes or channels differ
     */
    private record Bottleneck(
            Units.Square first, Units.Square second, Conv third, int thirdStride, Optional<Conv> shortcut, int stride) {

        static Bottleneck load(WeightCopies file, String at, Means means) {
            var first = FoldedConv.of(file, at + "conv1", at + "bn1", EPS);
            var second = FoldedConv.of(file, at + "conv2", at + "bn2", EPS);
            var third = FoldedConv.of(file, at + "conv3", at + "bn3", EPS);
            boolean before = means == Means.BEFORE;
            boolean within = means == Means.WITHIN;
            Optional<Conv> shortcut = Optional.empty();
            if (before || within || file.has(at + "downsample.0.weight")) {
                var conv = FoldedConv.of(file, at + "downsample.0", at + "downsample.1", EPS);
                shortcut = Optional.of((before || within ? conv.afterMeanOf2x2() : conv).square(file));
            }
            return new Bottleneck(
                    new Units.Square(
                            (before ? first.afterMeanOf2x2() : first).square(file), before ? 2 : 1, Padding.NONE),
                    new Units.Square(second.square(file), 1, Padding.SAME),
                    (within ? third.afterMeanOf2x2() : third).square(file),
                    within ? 2 : 1,
                    shortcut,
                    before || within ? 2 : 1);
        }

        int channels(int in) {
            int inner = second.channels(first.channels(in));
            Units.requireChannels(third.weight().name(), third.in(), inner);
            shortcut.ifPresent(conv -> Units.requireChannels(conv.weight().name(), conv.in(), in));
            Units.requireChannels(
                    third.weight().name(), third.out(), shortcut.map(Conv::out).orElse(in));
            return third.out();
        }

        Tensor forward(Ops ops, Tensor x) {
            var inner = second.forward(ops, first.forward(ops, x));
            var out = ops.conv2d(inner, third, thirdStride, Padding.NONE);
            ops.add(
                    out,
                    shortcut.map(conv -> ops.conv2d(x, conv, stride, Padding.NONE))
                            .orElse(x));
            ops.activate(out, Activation.RELU);
            return out;
        }
    }

    /** How many numbers an embedding has: 1024 in RN50. */
    public int width() {
        return output.out();
    }

    /**
     * The embedding of a picture.
     *
     * @param pixels normalised as CLIP does it, height x width x 3
     * @param withPositions whether places count in the pooling; the picture must then have the network's own size
     */
    public float[] embedding(Ops ops, float[] pixels, int height, int width, boolean withPositions) {
        if (Math.min(height, width) < SMALLEST) {
            throw new InputException("a picture of " + width + " x " + height + " pixels is too small for CLIP's RN50; "
                    + SMALLEST + " is the least");
        }
        return Reading.values(ops, "visual", () -> {
            var x = ops.unit("visual.stem", () -> {
                var picture = ops.tensor(pixels, height, width, 3);
                return stem.get(2)
                        .forward(ops, stem.get(1).forward(ops, stem.get(0).forward(ops, picture)));
            });
            for (int i = 0; i < blocks.size(); i++) {
                var block = blocks.get(i);
                x = ops.unit("visual.blocks." + i, x, input -> block.forward(ops, input));
            }
            var last = x;
            return ops.unit("visual.attnpool", () -> pool(ops, last, withPositions));
        });
    }

    /** Attention with one query, the mean of all places, over it and all places. */
    private Tensor pool(Ops ops, Tensor picture, boolean withPositions) {
        int channels = picture.cols();
        var tokens = ops.empty(picture.rows() + 1, channels);
        ops.copy(tokens.rows(0, 1), ops.tensor(Pooling.meanOfRows(ops.read(picture), channels), 1, channels));
        ops.copy(tokens.rows(1, tokens.rows()), picture);
        if (withPositions) {
            if (positions.rows() != tokens.rows()) {
                throw new InputException("CLIP's RN50 has " + (positions.rows() - 1)
                        + " positions, but the picture gives " + picture.rows() + " places; resize it to "
                        + SMALLEST * (int) Math.sqrt(positions.rows() - 1) + " x "
                        + SMALLEST * (int) Math.sqrt(positions.rows() - 1) + " pixels");
            }
            ops.add(tokens, positions);
        }
        var pooled = ops.empty(1, channels);
        var keys = new KeysValues(ops.linear(tokens, key), ops.linear(tokens, value));
        var mean = ops.linear(tokens.rows(0, 1), query);
        keys.attend(ops, pooled, mean, channels / HEAD, AttentionLayout.dense(1, tokens.rows()));
        return ops.linear(pooled, output);
    }

    @Override
    public void close() {
        file.close();
    }
}
