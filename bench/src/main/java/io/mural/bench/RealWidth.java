package io.mural.bench;

import io.mural.model.flux1.CleanTokens;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.flux1.GuidedTransformer;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A transformer of FLUX.1-dev's own width with random bf16 weights, mapped from a file as a model's are. With one double and
 * one single block, 1.1 GB, it is all that a step meets but for its depth: the published model has 19 and 38, 23.8 GB.
 */
final class RealWidth implements AutoCloseable {
    static final int HEADS = 24;
    static final int HEAD_DIM = 128;
    static final int HIDDEN = HEADS * HEAD_DIM;
    static final int TEXT = 512;
    static final int TEXT_WIDTH = 4096;
    static final int POOLED = 768;
    static final int FEATURES = 64;
    /** Multiplications and additions a token and block, over hidden x hidden: q, k, v, out and an MLP four times as wide. */
    private static final double LINEAR = 24;

    private static final int SINUSOID = 256;
    /** Bytes of noise, a prime number of elements so that no two rows of a matrix are alike. */
    private static final int NOISE = 2 * 65537;
    /** Small enough that no layer grows what goes through it. */
    private static final double DEVIATION = 0.02;

    private final Path file;
    private final Checkpoint checkpoint;
    private final GuidedTransformer guided;

    /** One block of either kind. */
    RealWidth() {
        this(1, 1);
    }

    /** @param doubles double blocks; @param singles single blocks */
    RealWidth(int doubles, int singles) {
        var config = new Flux1Config(
                FEATURES, FEATURES, doubles, singles, HEAD_DIM, HEADS, TEXT_WIDTH, POOLED, true, List.of(16, 56, 56));
        try {
            file = Files.createTempFile("mural-blocks", ".safetensors");
        } catch (IOException e) {
            throw new UncheckedIOException("no place for the blocks' weights", e);
        }
        file.toFile().deleteOnExit();
        new Writer().write(file, config);
        checkpoint = Checkpoint.open(file);
        Weights weights = KeyStyles.weights(checkpoint, KeyStyles.Part.TRANSFORMER);
        guided = new GuidedTransformer(new Flux1Transformer(config, weights), new CleanTokens(config, weights));
    }

    /** Operations of a double or a single block; a multiplication and an addition are two. */
    static double blockFlops(AttentionLayout layout, int rows) {
        return 4.0 * layout.pairs() * HIDDEN + LINEAR * HIDDEN * HIDDEN * rows;
    }

    GuidedTransformer guided() {
        return guided;
    }

    @Override
    public void close() {
        checkpoint.close();
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be removed", e);
        }
    }

    /** Writes the tensors, all from the same noise. */
    private static final class Writer {
        /** The modulation of a double block. */
        private static final long LARGEST = 6L * HIDDEN * HIDDEN * Short.BYTES;

        private final SafetensorsWriter out = new SafetensorsWriter();

        void write(Path file, Flux1Config config) {
            try (var arena = Arena.ofConfined()) {
                var noise = noise(arena);
                int h = HIDDEN;
                linear("x_embedder", h, FEATURES, noise);
                linear("context_embedder", h, TEXT_WIDTH, noise);
                for (var part : List.of("timestep", "guidance", "text")) {
                    var embedder = "time_text_embed." + part + "_embedder.";
                    linear(embedder + "linear_1", h, part.equals("text") ? POOLED : SINUSOID, noise);
                    linear(embedder + "linear_2", h, h, noise);
                }
                for (int i = 0; i < config.numLayers(); i++) {
                    doubleBlock("transformer_blocks." + i + ".", noise);
                }
                for (int i = 0; i < config.numSingleLayers(); i++) {
                    singleBlock("single_transformer_blocks." + i + ".", noise);
                }
                linear("norm_out.linear", 2 * h, h, noise);
                linear("proj_out", FEATURES, h, noise);
                out.write(file);
            }
        }

        private void doubleBlock(String block, MemorySegment noise) {
            int h = HIDDEN;
            for (var norm : List.of("norm1.linear", "norm1_context.linear")) {
                linear(block + norm, 6 * h, h, noise);
            }
            for (var layer : List.of(
                    "to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")) {
                linear(block + "attn." + layer, h, h, noise);
            }
            for (var norm : List.of("norm_q", "norm_k", "norm_added_q", "norm_added_k")) {
                tensor(block + "attn." + norm + ".weight", noise, HEAD_DIM);
            }
            for (var ff : List.of("ff", "ff_context")) {
                linear(block + ff + ".net.0.proj", 4 * h, h, noise);
                linear(block + ff + ".net.2", h, 4 * h, noise);
            }
        }

        private void singleBlock(String block, MemorySegment noise) {
            int h = HIDDEN;
            linear(block + "norm.linear", 3 * h, h, noise);
            for (var layer : List.of("to_q", "to_k", "to_v")) {
                linear(block + "attn." + layer, h, h, noise);
            }
            for (var norm : List.of("norm_q", "norm_k")) {
                tensor(block + "attn." + norm + ".weight", noise, HEAD_DIM);
            }
            linear(block + "proj_mlp", 4 * h, h, noise);
            linear(block + "proj_out", h, 5 * h, noise);
        }

        private void linear(String name, int rows, int cols, MemorySegment noise) {
            tensor(name + ".weight", noise, rows, cols);
            tensor(name + ".bias", noise, rows);
        }

        private void tensor(String name, MemorySegment noise, long... shape) {
            long bytes = Short.BYTES;
            for (long size : shape) {
                bytes *= size;
            }
            out.add(name, DType.BF16, shape, noise.asSlice(0, bytes));
        }

        /** As much as the largest tensor takes. */
        private static MemorySegment noise(Arena arena) {
            var random = new Random(1);
            var piece = new short[NOISE / Short.BYTES];
            for (int i = 0; i < piece.length; i++) {
                piece[i] = FloatFormats.floatToBf16((float) (DEVIATION * random.nextGaussian()));
            }
            var all = arena.allocate(LARGEST, Short.BYTES);
            var from = MemorySegment.ofArray(piece);
            for (long at = 0; at < LARGEST; at += NOISE) {
                MemorySegment.copy(
                        from, ValueLayout.JAVA_SHORT, 0, all, ValueLayout.JAVA_SHORT, at, count(LARGEST - at));
            }
            return all;
        }

        private static long count(long bytes) {
            return Math.min(NOISE, bytes) / Short.BYTES;
        }
    }
}
