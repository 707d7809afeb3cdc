package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.KeyStyles.Part;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One LoRA, written in every key style there is, adds the same matrices to the same layers. */
class LoraStylesTest {
    private static final int RANK = 3;
    private static final double ALPHA = 6;
    private static final double STRENGTH = 0.7;

    @TempDir
    Path folder;

    private Checkpoint checkpoint;
    private Weights base;
    private final Map<String, Fused> fused = new LinkedHashMap<>();

    /** Random matrices for one layer of the single file, and the layers of diffusers that its rows go to. */
    private record Fused(float[] down, float[] up, int in, int out, List<String> modules) {}

    @BeforeEach
    void open() {
        checkpoint = Checkpoint.open(Goldens.FLUX1.resolve("transformer"));
        base = KeyStyles.weights(checkpoint, Part.TRANSFORMER);
        Random random = new Random(20);
        for (int i = 0; i < 2; i++) {
            String from = "double_blocks." + i + ".";
            String to = "transformer_blocks." + i + ".";
            fuse(random, from + "img_attn.qkv", to + "attn.to_q", to + "attn.to_k", to + "attn.to_v");
            fuse(random, from + "txt_attn.qkv", to + "attn.add_q_proj", to + "attn.add_k_proj", to + "attn.add_v_proj");
            fuse(random, from + "img_attn.proj", to + "attn.to_out.0");
            fuse(random, from + "txt_attn.proj", to + "attn.to_add_out");
            fuse(random, from + "img_mlp.0", to + "ff.net.0.proj");
            fuse(random, from + "img_mlp.2", to + "ff.net.2");
            fuse(random, from + "txt_mlp.0", to + "ff_context.net.0.proj");
            fuse(random, from + "txt_mlp.2", to + "ff_context.net.2");
            fuse(random, from + "img_mod.lin", to + "norm1.linear");
            fuse(random, from + "txt_mod.lin", to + "norm1_context.linear");
        }
        for (int i = 0; i < 3; i++) {
            String to = "single_transformer_blocks." + i + ".";
            String from = "single_blocks." + i + ".";
            fuse(random, from + "linear1", to + "attn.to_q", to + "attn.to_k", to + "attn.to_v", to + "proj_mlp");
            fuse(random, from + "linear2", to + "proj_out");
            fuse(random, from + "modulation.lin", to + "norm.linear");
        }
        fuse(random, "img_in", "x_embedder");
        fuse(random, "txt_in", "context_embedder");
        fuse(random, "time_in.in_layer", "time_text_embed.timestep_embedder.linear_1");
        fuse(random, "vector_in.out_layer", "time_text_embed.text_embedder.linear_2");
        fuse(random, "guidance_in.in_layer", "time_text_embed.guidance_embedder.linear_1");
        fuse(random, "final_layer.linear", "proj_out");
        fuse(random, "final_layer.adaLN_modulation.1", "norm_out.linear");
    }

    @AfterEach
    void close() {
        checkpoint.close();
    }

    private void fuse(Random random, String original, String... modules) {
        int in = base.shape(modules[0] + ".weight").cols();
        int out = 0;
        for (String module : modules) {
            out += base.shape(module + ".weight").rows();
        }
        fused.put(
                original,
                new Fused(randoms(random, RANK * in), randoms(random, out * RANK), in, out, List.of(modules)));
    }

    private static float[] randoms(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void kohyaSingleFileNames() {
        Path file = original(name -> "lora_unet_" + name.replace('.', '_'), ".lora_down", ".lora_up", true);
        assertSame(file, fused.keySet(), ALPHA / RANK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "diffusion_model.",
                "base_model.model.",
                "base_model.model.diffusion_model.",
                "model.diffusion_model.",
                "transformer.",
                ""
            })
    void singleFileNamesWithDots(String prefix) {
        Path file = original(name -> prefix + name, ".lora_A", ".lora_B", true);
        assertSame(file, fused.keySet(), ALPHA / RANK);
    }

    @Test
    void diffusersNames() {
        Path file = split(name -> "transformer." + name, ".lora_A", ".lora_B", true, Map.of());
        assertSame(file, fused.keySet(), ALPHA / RANK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora_transformer_", "lora_unet_", "lycoris_"})
    void diffusersNamesWithUnderscores(String prefix) {
        Path file = split(name -> prefix + name.replace('.', '_'), ".lora_down", ".lora_up", true, Map.of());
        assertSame(file, fused.keySet(), ALPHA / RANK);
    }

    @Test
    void withoutAlphaTheScaleIsOne() {
        assertSame(split(name -> "transformer." + name, ".lora_A", ".lora_B", false, Map.of()), fused.keySet(), 1);
    }

    @Test
    void alphaOfPeftMetadata() {
        String peft = "{\"transformer.r\": 3, \"transformer.lora_alpha\": 6, \"transformer.use_dora\": false}";
        var metadata = Map.of("lora_adapter_metadata", peft, "alpha", "100", "rank", "3");
        Path file = split(name -> "transformer." + name, ".lora_A", ".lora_B", false, metadata);
        assertSame(file, fused.keySet(), ALPHA / RANK);
    }

    @Test
    void rankStabilisedPeftMetadata() {
        String peft = "{\"r\": 3, \"lora_alpha\": 6, \"use_rslora\": true}";
        Path file = split(
                name -> "transformer." + name, ".lora_A", ".lora_B", false, Map.of("lora_adapter_metadata", peft));
        assertSame(file, fused.keySet(), ALPHA / Math.sqrt(RANK));
    }

    @Test
    void alphaPatternsOfPeftMetadata() {
        String peft = "{\"transformer.r\": 3, \"transformer.lora_alpha\": 6,"
                + " \"transformer.alpha_pattern\": {\"attn.to_[qk]\": 3, \"x_embedder\": 12}}";
        Path file = split(
                name -> "transformer." + name, ".lora_A", ".lora_B", false, Map.of("lora_adapter_metadata", peft));
        try (Lora lora = Lora.open(file)) {
            Weights adapted = base.with(lora, 1);
            assertThat(adapter(adapted, "transformer_blocks.0.attn.to_q").scale())
                    .isEqualTo(1f);
            assertThat(adapter(adapted, "transformer_blocks.0.attn.to_v").scale())
                    .isEqualTo(2f);
            assertThat(adapter(adapted, "x_embedder").scale()).isEqualTo(4f);
        }
    }

    @Test
    void alphaOfPlainMetadata() {
        Path file =
                split(name -> "transformer." + name, ".lora_A", ".lora_B", false, Map.of("alpha", "6.0", "rank", "3"));
        assertSame(file, fused.keySet(), ALPHA / RANK);
    }

    @Test
    void xlabsNames() {
        Map<String, String> names = new TreeMap<>();
        for (int i = 0; i < 2; i++) {
            String block = "double_blocks." + i + ".";
            names.put(block + "img_attn.qkv", block + "processor.qkv_lora1");
            names.put(block + "txt_attn.qkv", block + "processor.qkv_lora2");
            names.put(block + "img_attn.proj", block + "processor.proj_lora1");
            names.put(block + "txt_attn.proj", block + "processor.proj_lora2");
        }
        fused.keySet().retainAll(names.keySet());
        assertSame(original(names::get, ".down", ".up", false), fused.keySet(), 1);
    }

    @Test
    void xlabsNamesOfSingleBlocks() {
        String q = "single_transformer_blocks.1.attn.to_q";
        fuse(new Random(3), "qkv", q, q.replace("to_q", "to_k"), q.replace("to_q", "to_v"));
        fuse(new Random(4), "proj", "single_transformer_blocks.1.proj_out");
        fused.keySet().retainAll(List.of("qkv", "proj"));
        Path file = original(name -> "single_blocks.1.processor." + name + "_lora", ".down", ".up", false);
        assertSame(file, fused.keySet(), 1);
    }

    /** The two reference files hold one LoRA: kohya's carries alpha 6 at rank 3 and halved matrices. */
    @Test
    void referenceFilesOfTwoStylesAgree() {
        try (Lora diffusers = Lora.open(Goldens.LORAS.resolve("style-diffusers.safetensors"));
                Lora kohya = Lora.open(Goldens.LORAS.resolve("style-kohya-diffusers-names.safetensors"))) {
            assertThat(diffusers.layers(base)).hasSize(24).isEqualTo(kohya.layers(base));
            Weights one = base.with(diffusers, 1);
            Weights half = base.with(kohya, 0.5);
            for (String layer : diffusers.layers(base)) {
                assertClose(layer, delta(adapter(half, layer)), delta(adapter(one, layer)));
            }
            assertThat(kohya.notes(base)).isEmpty();
        }
    }

    @Test
    void summarises() {
        try (Lora kohya = Lora.open(Goldens.LORAS.resolve("style-kohya-diffusers-names.safetensors"));
                Lora diffusers = Lora.open(Goldens.LORAS.resolve("hierarchical-flux2.safetensors"));
                Checkpoint lora = Checkpoint.open(Goldens.LORAS.resolve("style-diffusers.safetensors"))) {
            assertThat(kohya.summary())
                    .isEqualTo(new Lora.Summary(
                            "kohya, lora_transformer_",
                            24,
                            0,
                            new TreeSet<>(Set.of(3)),
                            new TreeSet<>(Set.of(2.0)),
                            new TreeSet<>()));
            assertThat(diffusers.summary())
                    .isEqualTo(new Lora.Summary(
                            "diffusers", 19, 0, new TreeSet<>(Set.of(4)), new TreeSet<>(Set.of(1.0)), new TreeSet<>()));
            assertThat(Lora.isOne(lora)).isTrue();
            assertThat(Lora.isOne(checkpoint)).isFalse();
        }
        Path peft = original(name -> "diffusion_model." + name, ".lora_A", ".lora_B", false);
        try (Lora lora = Lora.open(peft)) {
            assertThat(lora.summary().style()).isEqualTo("PEFT, diffusion_model.");
            assertThat(lora.summary().layers()).isEqualTo(fused.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loras/hierarchical-flux1.safetensors", "../models/mural-nano-hierarchical-lora"})
    void guidanceAdaptersApplyInFull(String path) {
        boolean tiny = path.startsWith("loras");
        Path model = tiny ? Goldens.FLUX1 : Goldens.MODELS.resolve("mural-nano");
        try (Checkpoint transformer = Checkpoint.open(model.resolve("transformer"));
                Lora lora = Lora.open(Goldens.FOLDER.resolve(path))) {
            Weights weights = KeyStyles.weights(transformer, Part.TRANSFORMER);
            assertThat(lora.notes(weights)).isEmpty();
            assertThat(lora.layers(weights)).hasSize(tiny ? 33 : 39).contains("x_embedder");
            for (String layer : lora.layers(weights)) {
                assertThat(adapter(weights.with(lora, 1), layer).scale()).isEqualTo(1f);
            }
        }
    }

    @Test
    void mergesAtAScale() {
        Path file = original(name -> "lora_unet_" + name.replace('.', '_'), ".lora_down", ".lora_up", true);
        try (Lora lora = Lora.open(file)) {
            Weights beside = base.with(lora, STRENGTH);
            Weights merged = base.merged(lora, STRENGTH).merged(lora, -0.2);
            for (Fused layer : fused.values()) {
                for (String module : layer.modules()) {
                    Matrix weight = linear(base, module).weight();
                    Linear sum = linear(merged, module);
                    double[] expected = delta(adapter(beside, module));
                    double[] mine = new double[expected.length];
                    for (int i = 0; i < expected.length; i++) {
                        int row = i / weight.cols();
                        int col = i % weight.cols();
                        expected[i] = weight.get(row, col) + expected[i] * 0.5 / STRENGTH;
                        mine[i] = sum.weight().get(row, col);
                    }
                    assertClose(module, mine, expected);
                    assertThat(sum.adapters()).isEmpty();
                    assertThat(sum.weight().dtype()).isEqualTo(DType.F32);
                }
            }
            assertThat(linear(base, "x_embedder").adapters()).isEmpty();
            assertThat(linear(beside.with(lora, 1), "x_embedder").adapters()).hasSize(2);
            String untouched = "time_text_embed.text_embedder.linear_1";
            assertThat(linear(merged, untouched).weight().data())
                    .isEqualTo(linear(base, untouched).weight().data());
        }
    }

    @Test
    void appliesToASingleFileModelToo() {
        Path file = original(name -> "lora_unet_" + name.replace('.', '_'), ".lora_down", ".lora_up", true);
        try (Checkpoint single = Checkpoint.open(Goldens.SINGLE_FILES.resolve("flux1-tiny-fp8.safetensors"));
                Lora lora = Lora.open(file)) {
            Weights weights = KeyStyles.weights(single, Part.TRANSFORMER);
            assertThat(lora.layers(weights)).isEqualTo(lora.layers(base));
            String layer = "single_transformer_blocks.2.proj_mlp";
            assertClose(layer, delta(adapter(weights.with(lora, 1), layer)), delta(adapter(base.with(lora, 1), layer)));
        }
    }

    @Test
    void notesWhatIsNotApplied() {
        Path file = folder.resolve("lora.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, "transformer.x_embedder", ".lora_A", ".lora_B", 64, 48);
        add(writer, "lora_unet_img_in", ".lora_down", ".lora_up", 64, 48);
        add(writer, "transformer.transformer_blocks.2.attn.to_q", ".lora_A", ".lora_B", 48, 48);
        add(writer, "lora_te1_text_model_encoder_layers_0_mlp_fc1", ".lora_down", ".lora_up", 8, 8);
        add(writer, "text_encoders.t5xxl.transformer.encoder.block.0.layer.1", ".lora_down", ".lora_up", 8, 8);
        writer.add("lora_unet_img_in.diff_b", new long[] {48}, new float[48]);
        writer.write(file);
        try (Lora lora = Lora.open(file)) {
            assertThat(lora.layers(base)).containsExactly("x_embedder");
            assertThat(lora.notes(base))
                    .containsExactly(
                            file + ": not applied, for a text encoder: lora_te1_text_model_encoder_layers_0_mlp_fc1"
                                    + ".lora_down.weight, text_encoders.t5xxl.transformer.encoder.block.0.layer.1"
                                    + ".lora_down.weight",
                            file + ": not applied, the model has no such layer:"
                                    + " transformer.transformer_blocks.2.attn.to_q.lora_A.weight,"
                                    + " transformer.transformer_blocks.2.attn.to_q.lora_B.weight",
                            file + ": not applied again, the layer stands in the file under another spelling too:"
                                    + " lora_unet_img_in.lora_down.weight",
                            file + ": without effect, all zero: lora_unet_img_in.diff_b");
        }
    }

    @Test
    void refusesWhatFitsNothing() {
        refused(
                writer -> add(writer, "unet.down_blocks.0.to_q", ".lora_A", ".lora_B", 8, 8),
                "none of its keys (unet.down_blocks.0.to_q.lora_A.weight, unet.down_blocks.0.to_q.lora_B.weight) fits");
    }

    @Test
    void refusesWrongShapes() {
        refused(
                writer -> add(writer, "transformer.x_embedder", ".lora_A", ".lora_B", 128, 48),
                "transformer.x_embedder.lora_A.weight is [3, 128], expected [3, 64] for x_embedder [48, 64];");
        refused(
                writer -> add(writer, "lora_unet_double_blocks_0_img_attn_qkv", ".lora_down", ".lora_up", 48, 48),
                "lora_unet_double_blocks_0_img_attn_qkv.lora_up.weight is [48, 3], expected [144, 3] for");
        refused(
                writer -> writer.add("transformer.x_embedder.lora_A.weight", new long[] {2, 64}, new float[128])
                        .add("transformer.x_embedder.lora_B.weight", new long[] {48, 3}, new float[144]),
                "transformer.x_embedder.lora_B.weight is [48, 3], expected [48, 2]");
        refused(
                writer -> writer.add("transformer.x_embedder.lora_A.weight", new long[] {64}, new float[64])
                        .add("transformer.x_embedder.lora_B.weight", new long[] {48, 1}, new float[48]),
                "transformer.x_embedder.lora_A.weight is [64], expected a matrix");
        refused(
                writer -> writer.add("transformer.x_embedder.lora_A.weight", new long[] {2, 64}, new float[128]),
                "\"transformer.x_embedder.lora_A.weight\" lacks the up (B) matrix beside it");
        refused(
                writer -> add(writer, "transformer.x_embedder", ".lora_A", ".lora_B", 64, 48)
                        .add("transformer.x_embedder.alpha", new long[] {2}, 1, 2),
                "transformer.x_embedder.alpha is [2], expected one number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dora_scale",
                "lora_magnitude_vector",
                "lokr_w1",
                "hada_w1_a",
                "diff",
                "diff_b",
                "lora_B.bias",
                "lora_mid.weight"
            })
    void refusesOtherMethods(String part) {
        refused(
                writer -> add(writer, "lora_unet_img_in", ".lora_down", ".lora_up", 64, 48)
                        .add("lora_unet_img_in." + part, new long[] {1}, 1),
                "\"lora_unet_img_in." + part + "\" is of ");
    }

    @Test
    void refusesNormsOfAnotherSize() {
        refused(
                writer -> add(writer, "double_blocks.0.img_attn.qkv", ".lora_A", ".lora_B", 48, 144)
                        .add("double_blocks.0.img_attn.norm.query_norm.scale", new long[] {16}, ones(16)),
                "\"double_blocks.0.img_attn.norm.query_norm.scale\" is of a changed weight that is not low-rank");
    }

    @Test
    void refusesDoraAndBadAlphaInTheHeader() {
        refused(
                writer -> add(writer, "transformer.x_embedder", ".lora_A", ".lora_B", 64, 48)
                        .metadata("lora_adapter_metadata", "{\"transformer.r\": 3, \"transformer.use_dora\": true}"),
                "was trained with DoRA, which is not supported");
        refused(
                writer -> add(writer, "transformer.x_embedder", ".lora_A", ".lora_B", 64, 48)
                        .metadata("lora_adapter_metadata", "{"),
                "lora_adapter_metadata: not valid JSON");
        refused(
                writer -> add(writer, "transformer.x_embedder", ".lora_A", ".lora_B", 64, 48)
                        .metadata("alpha", "much")
                        .metadata("rank", "3"),
                "the header's alpha is \"much\", expected a number");
    }

    private void refused(UnaryOperator<SafetensorsWriter> content, String message) {
        Path file = folder.resolve("bad.safetensors");
        content.apply(new SafetensorsWriter()).write(file);
        assertThatThrownBy(() -> {
                    try (Lora lora = Lora.open(file)) {
                        base.with(lora, 1);
                    }
                })
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    /** The file in the single file's layers; the final modulation's halves exchanged, as its authors order them. */
    private Path original(UnaryOperator<String> spelling, String down, String up, boolean alpha) {
        SafetensorsWriter writer = new SafetensorsWriter();
        fused.forEach((original, layer) -> {
            String name = spelling.apply(original);
            float[] rows = layer.up();
            if (original.equals("final_layer.adaLN_modulation.1")) {
                rows = new float[layer.up().length];
                System.arraycopy(layer.up(), rows.length / 2, rows, 0, rows.length / 2);
                System.arraycopy(layer.up(), 0, rows, rows.length / 2, rows.length / 2);
            }
            writer.add(name + down + ".weight", new long[] {RANK, layer.in()}, layer.down());
            writer.add(name + up + ".weight", new long[] {layer.out(), RANK}, rows);
            if (alpha) {
                writer.add(name + ".alpha", new long[] {}, (float) ALPHA);
            }
        });
        return write(writer);
    }

    /** The file in diffusers' layers, each with its own rows and a copy of the common down matrix. */
    private Path split(
            UnaryOperator<String> spelling, String down, String up, boolean alpha, Map<String, String> metadata) {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        fused.values().forEach(layer -> {
            int row = 0;
            for (String module : layer.modules()) {
                int out = base.shape(module + ".weight").rows();
                float[] rows = Arrays.copyOfRange(layer.up(), row * RANK, (row + out) * RANK);
                String name = spelling.apply(module);
                writer.add(name + down + ".weight", new long[] {RANK, layer.in()}, layer.down());
                writer.add(name + up + ".weight", new long[] {out, RANK}, rows);
                if (alpha) {
                    // Trainers store it in the matrices' own format.
                    short[] six = {Float.floatToFloat16((float) ALPHA)};
                    writer.add(name + ".alpha", DType.F16, new long[] {}, MemorySegment.ofArray(six));
                }
                row += out;
            }
        });
        return write(writer);
    }

    private Path write(SafetensorsWriter writer) {
        Path file = folder.resolve("lora.safetensors");
        writer.write(file);
        return file;
    }

    private void assertSame(Path file, Iterable<String> layers, double scale) {
        try (Lora lora = Lora.open(file)) {
            Weights adapted = base.with(lora, STRENGTH);
            List<String> expectedLayers = new ArrayList<>();
            for (String original : layers) {
                Fused layer = fused.get(original);
                int row = 0;
                for (String module : layer.modules()) {
                    double[] mine = delta(adapter(adapted, module));
                    double[] expected = new double[mine.length];
                    for (int i = 0; i < expected.length; i++) {
                        int out = row + i / layer.in();
                        for (int r = 0; r < RANK; r++) {
                            expected[i] += STRENGTH
                                    * scale
                                    * layer.up()[out * RANK + r]
                                    * layer.down()[r * layer.in() + i % layer.in()];
                        }
                    }
                    assertClose(module, mine, expected);
                    row += base.shape(module + ".weight").rows();
                    expectedLayers.add(module);
                }
            }
            assertThat(lora.layers(base)).containsExactlyInAnyOrderElementsOf(expectedLayers);
            assertThat(lora.notes(base)).isEmpty();
        }
    }

    private static void assertClose(String what, double[] mine, double[] expected) {
        assertThat(mine).as(what).hasSameSizeAs(expected);
        int worst = 0;
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(mine[i] - expected[i]) <= Math.abs(mine[worst] - expected[worst]))) {
                worst = i;
            }
        }
        assertThat(mine[worst]).as("%s[%d]", what, worst).isCloseTo(expected[worst], within(1e-5));
    }

    private static Linear linear(Weights weights, String module) {
        Shape shape = weights.shape(module + ".weight");
        return weights.linear(module, shape.cols(), shape.rows());
    }

    private static LowRank adapter(Weights weights, String module) {
        List<LowRank> adapters = linear(weights, module).adapters();
        assertThat(adapters).as(module).hasSize(1);
        return adapters.getFirst();
    }

    private static double[] delta(LowRank lowRank) {
        int cols = lowRank.down().cols();
        double[] delta = new double[lowRank.up().rows() * cols];
        for (int i = 0; i < delta.length; i++) {
            for (int r = 0; r < lowRank.rank(); r++) {
                delta[i] += (double) lowRank.scale()
                        * lowRank.up().get(i / cols, r)
                        * lowRank.down().get(r, i % cols);
            }
        }
        return delta;
    }

    private static SafetensorsWriter add(
            SafetensorsWriter writer, String name, String down, String up, int in, int out) {
        return writer.add(name + down + ".weight", new long[] {RANK, in}, ones(RANK * in))
                .add(name + up + ".weight", new long[] {out, RANK}, ones(out * RANK));
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
