package io.mural.bench;

import io.mural.bench.synthetic.WanLayer;
import io.mural.model.wan.AttentionPattern;
import io.mural.model.wan.T3Windows;
import io.mural.model.wan.TokenGrid;
import io.mural.model.wan.UltraGenAttention;
import io.mural.model.wan.WanConfig;
import io.mural.model.wan.WanLatents;
import io.mural.model.wan.WanTransformer;
import io.mural.tensor.PlanOps;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the three patterns of attention take in one layer of Wan 1.3B's width and in all thirty, counted by the code that
 * computes them. Even and odd layers of UltraGen, and the five sets of T3-Video's windows, are averaged.
 */
public final class VideoAttention {
    private static final WanConfig ONE_LAYER = new WanConfig(12, 128, 16, 16, 64, 256, 64, 1, 1e-6f);
    private static final int LAYERS = 30;
    /** Layers of UltraGen that stay dense. */
    private static final int DENSE_LAYERS = 6;

    private static final int TEXT = 16;
    private static final int TOKEN_PIXELS = 16;
    private static final int FRAME_GROUP = 4;

    private final Weights weights;

    private record Clip(int width, int height, int frames) {
        TokenGrid grid() {
            return new TokenGrid((frames - 1) / FRAME_GROUP + 1, height / TOKEN_PIXELS, width / TOKEN_PIXELS);
        }
    }

    private VideoAttention(Weights weights) {
        this.weights = weights;
    }

    public static void main(String[] args) throws IOException {
        var file = Files.createTempFile("mural-video", ".safetensors");
        try {
            WanLayer.write(file, ONE_LAYER);
            table(file);
        } finally {
            Files.delete(file);
        }
    }

    private static void table(Path file) {
        var clips = List.of(
                new Clip(832, 480, 81),
                new Clip(1280, 720, 81),
                new Clip(1920, 1088, 81),
                new Clip(3840, 2176, 29),
                new Clip(3840, 2176, 81));
        try (var checkpoint = Checkpoint.open(file)) {
            var counted = new VideoAttention(KeyStyles.weights(checkpoint, Part.WAN_TRANSFORMER));
            System.out.println("| clip | tokens | dense layer | UltraGen's layer | T3-Video's layer |"
                    + " model, dense | UltraGen | T3-Video |");
            System.out.println("|---|---|---|---|---|---|---|---|");
            clips.forEach(clip -> System.out.println(counted.row(clip)));
        }
    }

    private String row(Clip clip) {
        var grid = clip.grid();
        double dense = attention(AttentionPattern.DENSE, 0, grid);
        double ultraGen = 0;
        for (int block = 0; block < 2; block++) {
            ultraGen += attention(UltraGenAttention.pattern(false), block, grid) / 2;
        }
        var windows = T3Windows.PUBLISHED;
        double t3 = 0;
        boolean divides = windows.counts().stream()
                .allMatch(n -> grid.frames() % n[0] == 0 && grid.rows() % n[1] == 0 && grid.columns() % n[2] == 0);
        for (int block = 0; divides && block < windows.counts().size(); block++) {
            t3 += attention(windows.pattern(), block, grid) / windows.counts().size();
        }
        return String.format(
                Locale.ROOT,
                "| %dx%d, %d frames | %,d | %s | %s | %s | %s | %s | %s |",
                clip.width(),
                clip.height(),
                clip.frames(),
                grid.tokens(),
                tera(dense),
                tera(ultraGen),
                tera(t3),
                tera(LAYERS * dense),
                less(DENSE_LAYERS * dense + (LAYERS - DENSE_LAYERS) * ultraGen, LAYERS * dense),
                less(LAYERS * t3, LAYERS * dense));
    }

    private static String tera(double flops) {
        return flops == 0 ? "" : String.format(Locale.ROOT, "%.2f TFLOP", flops / 1e12);
    }

    private static String less(double flops, double dense) {
        return flops == 0 ? "" : tera(flops) + String.format(Locale.ROOT, ", %.2fx less", dense / flops);
    }

    /** Operations of the scores and of the values' sums in the self-attention of one block. */
    private double attention(AttentionPattern pattern, int block, TokenGrid grid) {
        var transformer = new WanTransformer(ONE_LAYER, pattern.of(block), weights);
        try (var ops = new PlanOps()) {
            var text = transformer.text(ops, ops.empty(TEXT, ONE_LAYER.textDim()));
            var rope = transformer.positions(ops, grid);
            transformer.forward(
                    ops,
                    ops.empty(grid.tokens(), WanLatents.PATCH * ONE_LAYER.inChannels()),
                    500,
                    grid,
                    rope,
                    List.of(text));
            double prompt = 4.0 * grid.tokens() * TEXT * ONE_LAYER.hidden();
            return ops.attentionFlops() - prompt;
        }
    }
}
