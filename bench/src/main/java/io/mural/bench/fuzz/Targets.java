package io.mural.bench.fuzz;

import io.mural.Recipe;
import io.mural.batch.TableFile;
import io.mural.bench.fuzz.Mutator.Form;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux2.Flux2Config;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.VideoCheckpoint;
import io.mural.model.sampling.SchedulerConfig;
import io.mural.model.text.ClipConfig;
import io.mural.model.text.Qwen3Config;
import io.mural.model.text.T5Config;
import io.mural.model.token.ClipTokenizer;
import io.mural.model.token.QwenTokenizer;
import io.mural.model.token.T5Tokenizer;
import io.mural.model.token.Tokenizer;
import io.mural.model.vae.VaeConfig;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TorchArchive;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Lora;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Everything that reads what strangers wrote, each with whole inputs to begin with. */
final class Targets {
    private static final String PROMPT = "It's 3 o'clock: \u6771\u4eac \u00bd \ufb01ne, <|im_end|> </s> \ud83d\ude00";
    private static final int MOST_TOKENS = 77;

    private final Path root;
    private final Seeds seeds;

    private Targets(Path root) throws IOException {
        this.root = root;
        seeds = new Seeds();
    }

    /** @param root of the sources, for the small models there */
    static List<Target> all(Path root) throws IOException {
        var targets = new Targets(root);
        var all = new ArrayList<>(List.of(
                targets.safetensors(),
                targets.gguf(),
                targets.torch(),
                targets.lora(),
                targets.shards(),
                json("JSON", json -> Json.write(json.asMap()), Seeds.RECIPE),
                json(
                        "recipe",
                        json -> Recipe.parse("a", Json.write(json.asMap())).parameters(),
                        Seeds.RECIPE),
                table("table of CSV", "csv", Seeds.CSV),
                table("table of JSON lines", "jsonl", Seeds.JSON_LINES),
                targets.checkpoint(),
                targets.videoCheckpoint(),
                file("PNG texts", Form.PNG, targets.seeds.pngs(), PngFile::texts),
                file("PNG picture", Form.PNG, targets.seeds.pngs(), ImageFile::read),
                file("JPEG picture", Form.BYTES, targets.seeds.jpegs(), ImageFile::read),
                file("GIF, BMP picture", Form.BYTES, Seeds.others(), ImageFile::read),
                targets.tokenizer("CLIP vocab.json", Form.TEXT, "tokenizer", "vocab.json", ClipTokenizer::load),
                targets.tokenizer("CLIP merges.txt", Form.TEXT, "tokenizer", "merges.txt", ClipTokenizer::load),
                targets.tokenizer(
                        "CLIP tokenizer_config.json",
                        Form.TEXT,
                        "tokenizer",
                        "tokenizer_config.json",
                        ClipTokenizer::load),
                targets.tokenizer("T5 spiece.model", Form.BYTES, "tokenizer_2", "spiece.model", T5Tokenizer::load),
                targets.qwen()));
        all.addAll(targets.configs());
        all.addAll(new ServerTargets(root, targets.seeds.pngs().getFirst()).all());
        return all;
    }

    /** A target that reads a file. */
    private static Target file(String name, Form form, List<byte[]> seeds, Consumer<Path> reader) {
        return new Target(name, form, seeds, (data, folder) -> reader.accept(written(data, folder.resolve("a"))));
    }

    private static Path written(byte[] data, Path file) throws IOException {
        return Files.write(file, data);
    }

    private Target safetensors() {
        return file("safetensors", Form.HEADED, seeds.safetensors(), Targets::look);
    }

    private Target gguf() {
        return file("GGUF", Form.BYTES, seeds.ggufs(), Targets::look);
    }

    private static void look(Path file) {
        try (var checkpoint = Checkpoint.open(file)) {
            checkpoint.fingerprint();
            KeyStyles.parts(checkpoint);
        }
    }

    private Target torch() throws IOException {
        return file("PyTorch archive", Form.BYTES, Seeds.torch(), file -> {
            try (var archive = TorchArchive.open(file)) {
                archive.others();
            }
        });
    }

    private Target lora() {
        var model = KeyStyles.weights(Checkpoint.open(tiny().resolve("transformer")), Part.TRANSFORMER);
        return file("LoRA for a model", Form.HEADED, seeds.loras(), file -> {
            try (var lora = Lora.open(file)) {
                lora.summary();
                lora.terms(model);
                lora.notes(model);
            }
        });
    }

    private Target shards() throws IOException {
        var place = tiny().resolve("transformer");
        var index = "diffusion_pytorch_model.safetensors.index.json";
        var seed = Files.readAllBytes(place.resolve(index));
        return new Target("shard index", Form.TEXT, List.of(seed), (data, folder) -> {
            copy(place, folder);
            Checkpoint.open(written(data, folder.resolve(index))).close();
        });
    }

    private static Target table(String name, String ending, String seed) {
        return new Target(name, Form.TEXT, List.of(seed.getBytes(StandardCharsets.UTF_8)), (data, folder) -> {
            TableFile.read(written(data, folder.resolve("a." + ending)), fault -> {
                throw new InputException(fault.line());
            });
        });
    }

    private static Target json(String name, Consumer<JsonObject> reader, String... seeds) {
        var bytes = List.of(seeds).stream()
                .map(seed -> seed.getBytes(StandardCharsets.UTF_8))
                .toList();
        return new Target(
                name,
                Form.TEXT,
                bytes,
                (data, folder) -> reader.accept(Json.parse("a", new String(data, StandardCharsets.UTF_8))));
    }

    private List<Target> configs() {
        var two = root.resolve("goldens/flux2-tiny");
        return List.of(
                json("FLUX.1 config", Flux1Config::of, text(tiny().resolve("transformer/config.json"))),
                json("FLUX.2 config", Flux2Config::of, text(two.resolve("transformer/config.json"))),
                json("CLIP config", ClipConfig::of, text(tiny().resolve("text_encoder/config.json"))),
                json("T5 config", T5Config::of, text(tiny().resolve("text_encoder_2/config.json"))),
                json("Qwen3 config", Qwen3Config::of, text(two.resolve("text_encoder/config.json"))),
                json("VAE config", VaeConfig::of, text(tiny().resolve("vae/config.json"))),
                json(
                        "scheduler config",
                        json -> SchedulerConfig.from(json).schedule(4, 64, 1),
                        text(tiny().resolve("scheduler/scheduler_config.json"))));
    }

    private Target checkpoint() {
        return file(
                "checkpoint of a picture",
                Form.HEADED,
                seeds.checkpoints(),
                file -> CheckpointFile.resume(file, Seeds.IDENTITY).start(at -> at.level() <= 1));
    }

    private Target videoCheckpoint() {
        return file(
                "checkpoint of a clip",
                Form.HEADED,
                seeds.videoCheckpoints(),
                file -> VideoCheckpoint.resume(file, Seeds.IDENTITY, Seeds.LATENTS)
                        .start());
    }

    private Target tokenizer(String name, Form form, String component, String file, Function<Path, ?> load)
            throws IOException {
        var place = tiny().resolve(component);
        var seed = Files.readAllBytes(place.resolve(file));
        return new Target(name, form, List.of(seed), (data, folder) -> {
            copy(place, folder);
            Files.write(folder.resolve(file), data);
            encode(load.apply(folder));
        });
    }

    private Target qwen() throws IOException {
        var place = root.resolve("goldens/flux2-tiny/tokenizer");
        var seed = Files.readAllBytes(place.resolve("tokenizer.json"));
        return new Target("Qwen tokenizer.json", Form.TEXT, List.of(seed), (data, folder) -> {
            copy(place, folder);
            Files.write(folder.resolve("tokenizer.json"), data);
            encode(QwenTokenizer.load(folder));
        });
    }

    private static void encode(Object tokenizer) {
        ((Tokenizer) tokenizer).encode(PROMPT, MOST_TOKENS);
    }

    /** Once: later inputs write over one of the files. */
    private static void copy(Path from, Path to) throws IOException {
        if (Files.exists(to.resolve("copied"))) {
            return;
        }
        try (var files = Files.list(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
        Files.createFile(to.resolve("copied"));
    }

    private Path tiny() {
        return root.resolve("goldens/flux1-tiny");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
