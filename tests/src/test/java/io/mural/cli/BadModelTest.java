package io.mural.cli;

import static io.mural.cli.BrokenModels.INDEX;
import static io.mural.cli.BrokenModels.SHARD;
import static io.mural.cli.BrokenModels.VAE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models with one thing wrong: one line that names the file and the thing, exit code 1, and no picture. */
@Tag("full")
class BadModelTest {
    private static final long BEYOND = 100_000_001;

    @TempDir
    private Path folder;

    /**
     * @param wrong what is done to a copy of the model
     * @param named what the message must name
     */
    record Case(String name, Consumer<Path> wrong, String... named) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> files() {
        return Stream.of(
                new Case("a truncated file", m -> BrokenModels.truncate(m.resolve(VAE), 100), VAE, "truncated"),
                new Case("an empty file", m -> BrokenModels.write(m.resolve(VAE), ""), VAE, "is empty"),
                new Case(
                        "a header longer than the file",
                        m -> BrokenModels.headerLength(m.resolve(VAE), 10_000_000),
                        VAE,
                        "header should have 10000000 bytes"),
                new Case(
                        "a header over 100 MB",
                        m -> BrokenModels.headerLength(m.resolve(VAE), BEYOND),
                        VAE,
                        "header of 100000001 bytes",
                        "100000000"),
                new Case("a negative header", m -> BrokenModels.headerLength(m.resolve(VAE), -1), VAE, "header of"),
                new Case(
                        "overlapping offsets",
                        m -> BrokenModels.header(m.resolve(VAE), h -> h.replace("[64,9280]", "[0,9216]")),
                        VAE,
                        "decoder.conv_in",
                        "overlap"),
                new Case(
                        "a hole between tensors",
                        m -> BrokenModels.header(
                                m.resolve(VAE),
                                h -> h.replace(
                                        "\"shape\":[8],\"data_offsets\":[9280,9312]",
                                        "\"shape\":[7],\"data_offsets\":[9284,9312]")),
                        VAE,
                        "decoder.conv_norm_out.bias",
                        "belong to no tensor"),
                new Case(
                        "offsets out of range",
                        m -> BrokenModels.header(m.resolve(VAE), h -> h.replace("[64,9280]", "[9000064,9009280]")),
                        VAE,
                        "decoder.conv_in.weight"),
                new Case(
                        "offsets that do not fit the shape",
                        m -> BrokenModels.header(m.resolve(VAE), h -> h.replace("[64,9280]", "[64,9279]")),
                        VAE,
                        "decoder.conv_in.weight"),
                new Case(
                        "a duplicate key",
                        m -> BrokenModels.header(
                                m.resolve(VAE),
                                h -> h.replace("\"decoder.conv_in.weight\"", "\"decoder.conv_in.bias\"")),
                        VAE,
                        "decoder.conv_in.bias",
                        "twice"),
                new Case(
                        "an unknown dtype",
                        m -> BrokenModels.header(
                                m.resolve(VAE),
                                h -> h.replace(
                                        "\"decoder.conv_in.bias\":{\"dtype\":\"F32\"",
                                        "\"decoder.conv_in.bias\":{\"dtype\":\"F31\"")),
                        VAE,
                        "decoder.conv_in.bias",
                        "F31"),
                new Case(
                        "a header that is no JSON",
                        m -> BrokenModels.header(m.resolve(VAE), h -> h.replace("\"decoder.conv_in.bias\":", "")),
                        VAE,
                        "JSON"),
                new Case(
                        "a pickle under another name",
                        m -> BrokenModels.write(m.resolve(VAE), "PK\u0003\u0004 and so on, a zip archive of pickles"),
                        VAE,
                        "pickle"));
    }

    static Stream<Case> models() {
        return Stream.of(
                new Case(
                        "a missing tensor",
                        m -> BrokenModels.header(
                                m.resolve(VAE),
                                h -> h.replace("\"decoder.conv_in.weight\"", "\"decoder.conv_out_of.weight\"")),
                        VAE,
                        "decoder.conv_in.weight",
                        "missing"),
                new Case(
                        "a shape against the config",
                        m -> BrokenModels.replace(
                                m.resolve("transformer/config.json"),
                                "\"joint_attention_dim\": 40",
                                "\"joint_attention_dim\": 48"),
                        "context_embedder.weight",
                        "[48, 40]",
                        "[48, 48]"),
                new Case(
                        "a missing shard",
                        m -> BrokenModels.delete(m.resolve(SHARD)),
                        INDEX,
                        "00002-of-00010",
                        "missing"),
                new Case(
                        "a shard outside its folder",
                        m -> BrokenModels.replace(
                                m.resolve(INDEX),
                                "\"context_embedder.bias\": \"diffusion",
                                "\"context_embedder.bias\": \"../vae/diffusion"),
                        INDEX,
                        "outside the folder"),
                new Case(
                        "a tensor that its shard does not hold",
                        m -> BrokenModels.replace(
                                m.resolve(INDEX), "\"context_embedder.bias\"", "\"context_embedder.other\""),
                        INDEX,
                        "context_embedder.other"),
                new Case(
                        "a config with absurd sizes",
                        m -> BrokenModels.replace(
                                m.resolve("transformer/config.json"),
                                "\"num_attention_heads\": 2",
                                "\"num_attention_heads\": 2000000000"),
                        "transformer/config.json",
                        "num_attention_heads",
                        "2000000000"),
                new Case(
                        "a config beyond whole numbers",
                        m -> BrokenModels.replace(
                                m.resolve("transformer/config.json"),
                                "\"num_layers\": 2",
                                "\"num_layers\": 99999999999999999999"),
                        "transformer/config.json",
                        "num_layers"),
                new Case(
                        "a text encoder with absurd sizes",
                        m -> BrokenModels.replace(
                                m.resolve("text_encoder_2/config.json"),
                                "\"num_layers\"",
                                "\"num_layers\": -3, \"was\""),
                        "text_encoder_2",
                        "num_layers",
                        "-3"),
                new Case(
                        "a config that is no JSON",
                        m -> BrokenModels.write(m.resolve("transformer/config.json"), "{\"num_layers\": 2,"),
                        "transformer/config.json",
                        "not valid JSON"),
                new Case(
                        "a config without a key",
                        m -> BrokenModels.replace(m.resolve("transformer/config.json"), "num_layers", "number_layers"),
                        "transformer/config.json",
                        "num_layers",
                        "missing"),
                new Case(
                        "an index of another pipeline",
                        m -> BrokenModels.replace(
                                m.resolve("model_index.json"), "FluxPipeline", "StableDiffusionPipeline"),
                        "StableDiffusionPipeline"),
                new Case("no index", m -> BrokenModels.delete(m.resolve("model_index.json")), "model_index.json"),
                new Case(
                        "only pickles",
                        m -> {
                            BrokenModels.delete(m.resolve(VAE));
                            BrokenModels.write(m.resolve("vae/diffusion_pytorch_model.bin"), "\u0080\u0002}q.");
                        },
                        "vae",
                        "pickle"),
                new Case(
                        "no vocabulary",
                        m -> BrokenModels.delete(m.resolve("tokenizer/vocab.json")),
                        "tokenizer/vocab.json"),
                new Case(
                        "a damaged SentencePiece model",
                        m -> BrokenModels.truncate(m.resolve("tokenizer_2/spiece.model"), 1000),
                        "tokenizer_2/spiece.model",
                        "truncated"));
    }

    @ParameterizedTest
    @MethodSource({"files", "models"})
    void oneLineNamesTheFile(Case wrong) {
        var model = BrokenModels.copy(folder.resolve("model"));
        wrong.wrong().accept(model);
        var mural = new MuralProcess(folder, MuralProcess.QUICK);
        var before = mural.files();
        var result = mural.run(
                "generate", "a calm sea", "-o", "out.png", "--model", "model", "--size", "32", "--text-tokens", "8");
        assertThat(result.exit()).as("%s", result.err()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .singleElement()
                .asString()
                .startsWith("mural: ")
                .contains(wrong.named());
        assertThat(mural.files()).isEqualTo(before);
    }
}
