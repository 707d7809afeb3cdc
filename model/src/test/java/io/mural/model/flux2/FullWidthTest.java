package io.mural.model.flux2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Shape;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One double and one single block as wide as klein-4B's, random, at 1024 x 1024: what a published model would meet but
 * for its depth. The weights are one small block of noise over and over.
 */
@Tag("full")
class FullWidthTest {
    private static final int HIDDEN = 3072;
    private static final int MLP = 9216;
    private static final int TEXT = 512;
    private static final int TEXT_WIDTH = 7680;
    private static final int GRID = 64;
    private static final int FEATURES = 128;
    /** Bytes of noise, a prime number of elements so that no two rows are alike. */
    private static final int NOISE = 2 * 65537;

    @TempDir
    Path folder;

    @Test
    void aStepAt1024PixelsTakesThePlannedMemory() throws IOException {
        var file = folder.resolve("klein.safetensors");
        write(file);
        try (var checkpoint = Checkpoint.open(file);
                var plan = new PlanOps();
                var ops = new CpuBackend().open("cpu", 2, new Workspace())) {
            var transformer =
                    new Flux2Transformer(config(), KeyStyles.weights(checkpoint, KeyStyles.Part.FLUX2_TRANSFORMER));
            step(plan, transformer, TEXT, GRID);
            var velocity = step(ops, transformer, TEXT, GRID);
            assertThat(ops.workspace().peakBytes()).isLessThanOrEqualTo(plan.bytes());
            assertThat(ops.workspace().reservedBytes()).isEqualTo(plan.bytes()).isLessThan(1L << 30);
            for (float value : velocity) {
                assertThat(value).isFinite();
            }
        }
    }

    /** Few tokens meet the same widths; the oracle needs some seconds for them. */
    @Test
    void aStepOfFewTokensIsThatOfTheOracle() throws IOException {
        var file = folder.resolve("klein.safetensors");
        write(file);
        try (var checkpoint = Checkpoint.open(file);
                var vectors = new CpuBackend().open("cpu", 2, new Workspace());
                var oracle = new CpuBackend().open("cpu:scalar", 2, new Workspace())) {
            var weights = KeyStyles.weights(checkpoint, KeyStyles.Part.FLUX2_TRANSFORMER);
            var transformer = new Flux2Transformer(config(), weights);
            var expected = step(oracle, transformer, 3, 2);
            var actual = step(vectors, transformer, 3, 2);
            float largest = 0;
            for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(largest).isPositive();
            for (int i = 0; i < expected.length; i++) {
                // float32 sums of up to 12288 products, in another order
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f * largest));
            }
        }
    }

    private static float[] step(Ops ops, Flux2Transformer transformer, int text, int grid) {
        var txt = ops.tensor(new TorchRandom(1).normal(text * TEXT_WIDTH), text, TEXT_WIDTH);
        var context = new Flux2Transformer.Context(txt, 0, transformer.positions(ops, text, grid, grid));
        var latents = ops.tensor(new TorchRandom(2).normal(grid * grid * FEATURES), grid * grid, FEATURES);
        return ops.read(transformer.forward(ops, latents, 0.7, context));
    }

    private static Flux2Config config() {
        return Flux2Config.of(Json.parse("config.json", """
                {"num_layers": 1, "num_single_layers": 1, "num_attention_heads": 24,
                 "joint_attention_dim": 7680, "guidance_embeds": false}\
                """));
    }

    private static Map<String, int[]> shapes() {
        var shapes = new LinkedHashMap<String, int[]>();
        shapes.put("x_embedder", new int[] {HIDDEN, FEATURES});
        shapes.put("context_embedder", new int[] {HIDDEN, TEXT_WIDTH});
        shapes.put("time_guidance_embed.timestep_embedder.linear_1", new int[] {HIDDEN, 256});
        shapes.put("time_guidance_embed.timestep_embedder.linear_2", new int[] {HIDDEN, HIDDEN});
        shapes.put("double_stream_modulation_img.linear", new int[] {6 * HIDDEN, HIDDEN});
        shapes.put("double_stream_modulation_txt.linear", new int[] {6 * HIDDEN, HIDDEN});
        shapes.put("single_stream_modulation.linear", new int[] {3 * HIDDEN, HIDDEN});
        for (var name : new String[] {"to_q", "to_k", "to_v", "to_out.0", "to_add_out"}) {
            shapes.put("transformer_blocks.0.attn." + name, new int[] {HIDDEN, HIDDEN});
        }
        for (var name : new String[] {"q", "k", "v"}) {
            shapes.put("transformer_blocks.0.attn.add_" + name + "_proj", new int[] {HIDDEN, HIDDEN});
        }
        for (var name : new String[] {"norm_q", "norm_k", "norm_added_q", "norm_added_k"}) {
            shapes.put("transformer_blocks.0.attn." + name, new int[] {128});
        }
        for (var name : new String[] {"ff", "ff_context"}) {
            shapes.put("transformer_blocks.0." + name + ".linear_in", new int[] {2 * MLP, HIDDEN});
            shapes.put("transformer_blocks.0." + name + ".linear_out", new int[] {HIDDEN, MLP});
        }
        shapes.put("single_transformer_blocks.0.attn.to_qkv_mlp_proj", new int[] {3 * HIDDEN + 2 * MLP, HIDDEN});
        shapes.put("single_transformer_blocks.0.attn.to_out", new int[] {HIDDEN, HIDDEN + MLP});
        shapes.put("single_transformer_blocks.0.attn.norm_q", new int[] {128});
        shapes.put("single_transformer_blocks.0.attn.norm_k", new int[] {128});
        shapes.put("norm_out.linear", new int[] {2 * HIDDEN, HIDDEN});
        shapes.put("proj_out", new int[] {FEATURES, HIDDEN});
        return shapes;
    }

    private static void write(Path file) throws IOException {
        var header = new LinkedHashMap<String, Object>();
        long offset = 0;
        for (var shape : shapes().entrySet()) {
            long bytes = 2;
            for (int size : shape.getValue()) {
                bytes *= size;
            }
            header.put(
                    shape.getKey() + ".weight",
                    Map.of(
                            "dtype",
                            "BF16",
                            "shape",
                            shape.getValue(),
                            "data_offsets",
                            List.of(offset, offset + bytes)));
            offset += bytes;
        }
        var json = Json.write(header).getBytes(StandardCharsets.UTF_8);
        try (var out = new RandomAccessFile(file.toFile(), "rw");
                var arena = Arena.ofConfined()) {
            out.setLength(8L + json.length + offset);
            var mapped = out.getChannel().map(MapMode.READ_WRITE, 0, out.length(), arena);
            var start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length);
            MemorySegment.copy(MemorySegment.ofBuffer(start), 0, mapped, 0, 8);
            MemorySegment.copy(MemorySegment.ofArray(json), 0, mapped, 8, json.length);
            var noise = MemorySegment.ofArray(noise());
            for (long at = 8L + json.length; at < out.length(); at += NOISE) {
                MemorySegment.copy(noise, 0, mapped, at, Math.min(NOISE, out.length() - at));
            }
        }
    }

    /** Small enough that no layer grows what goes through it. */
    private static short[] noise() {
        var values = new TorchRandom(3).noise(DType.BF16, Shape.of(NOISE / 2));
        var bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = FloatFormats.floatToBf16(0.02f * values[i]);
        }
        return bits;
    }
}
