package io.mural.evaluate.network;

import static io.mural.evaluate.network.Layer.chain;
import static io.mural.evaluate.network.Layer.together;

import io.mural.evaluate.pixels.InceptionPixels;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inception v3 (arXiv 1512.00567) in the variant of the FID's authors, whose features FID, KID and the Inception score
 * are defined by. It differs from other copies of the network: means over 3 x 3 pixels do not count the border, and the
 * last block takes the largest pixel instead. Tensors carry the names of pytorch-fid's file.
 */
public final class Inception implements AutoCloseable {
    private static final double EPS = 1e-3;

    private final WeightCopies file;
    private final Map<String, Layer> blocks = new LinkedHashMap<>();
    private final int features;
    private final Linear classes;
    private final float[] classBias;

    private Inception(WeightCopies file) {
        this.file = file;
        blocks.put("Conv2d_1a_3x3", halving("Conv2d_1a_3x3"));
        blocks.put("Conv2d_2a_3x3", square("Conv2d_2a_3x3", 1, Padding.NONE));
        blocks.put("Conv2d_2b_3x3", same("Conv2d_2b_3x3"));
        blocks.put("maxpool_1", new Units.Largest(3, 2, 0));
        blocks.put("Conv2d_3b_1x1", same("Conv2d_3b_1x1"));
        blocks.put("Conv2d_4a_3x3", square("Conv2d_4a_3x3", 1, Padding.NONE));
        blocks.put("maxpool_2", new Units.Largest(3, 2, 0));
        for (var name : List.of("Mixed_5b", "Mixed_5c", "Mixed_5d")) {
            blocks.put(name, mixed5(name + "."));
        }
        blocks.put("Mixed_6a", mixed6a("Mixed_6a."));
        for (var name : List.of("Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e")) {
            blocks.put(name, mixed6(name + "."));
        }
        blocks.put("Mixed_7a", mixed7a("Mixed_7a."));
        blocks.put("Mixed_7b", mixed7("Mixed_7b.", averaged("Mixed_7b.branch_pool")));
        blocks.put("Mixed_7c", mixed7("Mixed_7c.", chain(new Units.Largest(3, 1, 1), same("Mixed_7c.branch_pool"))));
        features = chain(blocks.values().toArray(Layer[]::new)).channels(3);
        var layer = file.linear("fc", features);
        classes = new Linear(layer.weight(), Optional.empty(), List.of());
        classBias = file.floats("fc.bias");
    }

    /** The network of a safetensors file, or of torch's. */
    public static Inception load(Path path) {
        try (var weights = NamedWeights.open(path)) {
            var file = new WeightCopies(weights, "");
            try {
                return new Inception(file);
            } catch (RuntimeException e) {
                file.close();
                throw e;
            }
        }
    }

    // --- blocks, branches in the order of concatenation
    // ----------------------------------------------------------------

    private Layer mixed5(String at) {
        return together(
                same(at + "branch1x1"),
                chain(same(at + "branch5x5_1"), same(at + "branch5x5_2")),
                chain(same(at + "branch3x3dbl_1"), same(at + "branch3x3dbl_2"), same(at + "branch3x3dbl_3")),
                averaged(at + "branch_pool"));
    }

    private Layer mixed6a(String at) {
        return together(
                halving(at + "branch3x3"),
                chain(same(at + "branch3x3dbl_1"), same(at + "branch3x3dbl_2"), halving(at + "branch3x3dbl_3")),
                new Units.Largest(3, 2, 0));
    }

    private Layer mixed6(String at) {
        return together(
                same(at + "branch1x1"),
                chain(same(at + "branch7x7_1"), same(at + "branch7x7_2"), same(at + "branch7x7_3")),
                chain(
                        same(at + "branch7x7dbl_1"),
                        same(at + "branch7x7dbl_2"),
                        same(at + "branch7x7dbl_3"),
                        same(at + "branch7x7dbl_4"),
                        same(at + "branch7x7dbl_5")),
                averaged(at + "branch_pool"));
    }

    private Layer mixed7a(String at) {
        return together(
                chain(same(at + "branch3x3_1"), halving(at + "branch3x3_2")),
                chain(
                        same(at + "branch7x7x3_1"),
                        same(at + "branch7x7x3_2"),
                        same(at + "branch7x7x3_3"),
                        halving(at + "branch7x7x3_4")),
                new Units.Largest(3, 2, 0));
    }

    private Layer mixed7(String at, Layer pooled) {
        return together(
                same(at + "branch1x1"),
                chain(same(at + "branch3x3_1"), together(same(at + "branch3x3_2a"), same(at + "branch3x3_2b"))),
                chain(
                        same(at + "branch3x3dbl_1"),
                        same(at + "branch3x3dbl_2"),
                        together(same(at + "branch3x3dbl_3a"), same(at + "branch3x3dbl_3b"))),
                pooled);
    }

    /** A unit that keeps the size, whatever its kernel. */
    private Layer same(String name) {
        var conv = folded(name);
        if (conv.height() == conv.width()) {
            int border = conv.height() / 2;
            return new Units.Square(conv.square(file), 1, new Padding(border, border));
        }
        if (Math.min(conv.height(), conv.width()) != 1) {
            throw file.wrong(conv.name(), "a square kernel or one of a single row or column");
        }
        return Units.Line.of(file, conv);
    }

    private Layer halving(String name) {
        return square(name, 2, Padding.NONE);
    }

    private Layer square(String name, int stride, Padding padding) {
        return new Units.Square(folded(name).square(file), stride, padding);
    }

    private Layer averaged(String name) {
        return new Units.Averaged(folded(name).square(file));
    }

    private FoldedConv folded(String name) {
        return FoldedConv.of(file, name + ".conv", name + ".bn", EPS);
    }

    // --- forward
    // --------------------------------------------------------------------------------------------------------

    /** How many features a picture has: 2048 in the published network. */
    public int features() {
        return features;
    }

    /** How many classes it tells apart: 1008 in the published network. */
    public int classes() {
        return classes.out();
    }

    /**
     * The features of a picture, [{@link #features}]: means over what the last block leaves of it.
     *
     * @param pixels of {@link InceptionPixels}
     */
    public float[] features(Ops ops, float[] pixels) {
        var values = Reading.values(ops, "inception", () -> {
            var x = ops.tensor(pixels, InceptionPixels.SIDE, InceptionPixels.SIDE, 3);
            for (var block : blocks.entrySet()) {
                x = ops.unit(block.getKey(), x, input -> block.getValue().forward(ops, input));
            }
            return x;
        });
        return Pooling.meanOfRows(values, features);
    }

    /** Logits without their bias, as the Inception score takes them: [n, classes] of features [n, {@link #features}]. */
    public float[] logitsUnbiased(Ops ops, float[] rows) {
        return Reading.values(ops, "fc", () -> ops.linear(ops.tensor(rows, rows.length / features, features), classes));
    }

    /** Adds the bias to logits without one, [n, classes]. */
    public float[] logits(float[] unbiased) {
        var values = unbiased.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] += classBias[i % classBias.length];
        }
        return values;
    }

    @Override
    public void close() {
        file.close();
    }
}
