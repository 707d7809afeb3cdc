package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole protocol, from a file of prompts to the table, with the embedded model and narrow random networks under the
 * published names.
 */
@Tag("full")
class EvaluateProtocolTest {
    private static final Path METRICS = MuralProcess.GOLDENS.resolve("evaluation");
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int PICTURES = 3;
    private static final int REAL_SIDE = 256;
    /** Of the text half of CLIP's RN50: one head, and the visual half's embedding. */
    private static final int WIDTH = 64;

    private static final int EMBEDDING = 20;
    private static final int TOKENS = 600;
    private static final int LONGEST = 16;

    private static final List<String> FIGURES = List.of(
            "seam",
            "bands",
            "gate-failed",
            "fid",
            "patch-fid",
            "kid",
            "is",
            "is-1",
            "patch-is",
            "patch-is-1",
            "clip",
            "clip-iqa");

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() throws IOException {
        Files.writeString(
                folder.resolve("prompts.txt"), "# two lines of three\na calm sea\n\npine trees at night\na meadow\n");
        var random = new Random(1);
        var real = Files.createDirectory(folder.resolve("real"));
        for (int i = 0; i < PICTURES; i++) {
            var rgb = new byte[REAL_SIDE * REAL_SIDE * 3];
            random.nextBytes(rgb);
            PngFile.write(real.resolve(i + ".png"), new RgbImage(REAL_SIDE, REAL_SIDE, rgb), Map.of());
        }
        var weights = Files.createDirectory(folder.resolve("metrics"));
        Files.copy(
                METRICS.resolve("inception-tiny/model.safetensors"),
                weights.resolve("inception-2015-12-05.safetensors"));
        var clip = Files.createDirectory(weights.resolve("clip"));
        for (var name : List.of("config.json", "model.safetensors")) {
            Files.copy(METRICS.resolve("clip-tiny").resolve(name), clip.resolve(name));
        }
        for (var name : List.of("vocab.json", "merges.txt")) {
            Files.copy(MuralProcess.GOLDENS.resolve("flux1-tiny/tokenizer").resolve(name), clip.resolve(name));
        }
        writeResNet(weights.resolve("clip-rn50.safetensors"), random);
    }

    /** The narrow visual half with a text half of random numbers. */
    private static void writeResNet(Path file, Random random) {
        var writer = new SafetensorsWriter();
        try (var visual = Checkpoint.open(METRICS.resolve("clip-resnet-tiny"))) {
            for (var name : visual.tensors().keySet()) {
                var shape = visual.info(name).shape().stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                writer.add(name, shape, visual.floats(name));
            }
        }
        add(writer, random, "token_embedding.weight", TOKENS, WIDTH);
        add(writer, random, "positional_embedding", LONGEST, WIDTH);
        add(writer, random, "text_projection", WIDTH, EMBEDDING);
        add(writer, random, "ln_final.weight", WIDTH);
        add(writer, random, "ln_final.bias", WIDTH);
        var block = "transformer.resblocks.0.";
        for (var norm : List.of("ln_1", "ln_2")) {
            add(writer, random, block + norm + ".weight", WIDTH);
            add(writer, random, block + norm + ".bias", WIDTH);
        }
        add(writer, random, block + "attn.in_proj_weight", 3 * WIDTH, WIDTH);
        add(writer, random, block + "attn.in_proj_bias", 3 * WIDTH);
        add(writer, random, block + "attn.out_proj.weight", WIDTH, WIDTH);
        add(writer, random, block + "attn.out_proj.bias", WIDTH);
        add(writer, random, block + "mlp.c_fc.weight", 4 * WIDTH, WIDTH);
        add(writer, random, block + "mlp.c_fc.bias", 4 * WIDTH);
        add(writer, random, block + "mlp.c_proj.weight", WIDTH, 4 * WIDTH);
        add(writer, random, block + "mlp.c_proj.bias", WIDTH);
        writer.write(file);
    }

    private static void add(SafetensorsWriter writer, Random random, String name, long... shape) {
        var values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() / (float) Math.sqrt(shape[shape.length - 1]);
        }
        writer.add(name, shape, values);
    }

    private static String[] protocol(String out, String... more) {
        var args = new ArrayList<>(List.of("evaluate", "protocol", "prompts.txt", "--out", out, "--size", "384x384"));
        args.addAll(List.of("--steps", "2", "--skip-steps", "0", "--patch", "128", "--splits", "2", "--seed", "7"));
        args.addAll(List.of("--weights", "metrics", "--reference", "real"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    @Test
    void aKilledRunGoesOnToTheSameTable() throws Exception {
        var mural = new MuralProcess(folder);
        var whole = mural.run(protocol("whole", "--json", "--each", "--page", "whole.html"));
        assertThat(whole.exit()).as("%s", whole.err()).isZero();
        var table = Json.parse("table", whole.out());
        List<String> names = new ArrayList<>(FIGURES);
        FIGURES.forEach(name -> names.add("base-enlarged " + name));
        assertThat(table.objects("figures"))
                .extracting(figure -> figure.string("metric"))
                .containsExactlyElementsOf(names);
        assertThat(table.objects("pictures")).hasSize(2 * PICTURES);
        assertThat(table.object("made").keys())
                .contains("inception_sha256", "resize", "patch", "splits", "kid_subsets", "seed", "reference");
        assertThat(Files.readString(folder.resolve("whole.html")))
                .contains("src=\"whole/pictures/00000.png\"", "base-enlarged/00000.png", "clip-iqa, worst");

        killAfter(mural, "cut/pictures/00000.png");
        assertThat(folder.resolve("cut/pictures/00002.png")).doesNotExist();
        var resumed = mural.run(protocol("cut", "--json"));
        assertThat(resumed.exit()).as("%s", resumed.err()).isZero();
        assertThat(resumed.err()).anyMatch(line -> line.startsWith("base: ") && line.contains("3 kept from before"));
        assertThat(values(Json.parse("table", resumed.out()))).isEqualTo(values(table));
        for (var picture : List.of("pictures/00000.png", "pictures/00002.png", "base-enlarged/00001.png")) {
            assertThat(folder.resolve("cut").resolve(picture))
                    .hasSameBinaryContentAs(folder.resolve("whole").resolve(picture));
        }

        var again = mural.run(protocol("cut", "--csv"));
        assertThat(again.exit()).as("%s", again.err()).isZero();
        assertThat(again.lines()).hasSize(1 + names.size()).first().isEqualTo("metric,value,low,high,count,note");
        assertThat(again.err())
                .as("features are kept, too")
                .anyMatch(line -> line.startsWith("cut/pictures: ") && line.contains("3 kept from before"));
    }

    private static List<Object> values(JsonObject table) {
        List<Object> values = new ArrayList<>();
        table.objects("figures").forEach(figure -> values.add(figure.asMap()));
        return values;
    }

    /** Starts the protocol and kills it, with no chance to say goodbye, when the file is there. */
    private void killAfter(MuralProcess mural, String file) throws Exception {
        var process = mural.start(folder.resolve("err"), protocol("cut", "--json"));
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!Files.exists(folder.resolve(file))) {
            assertThat(process.isAlive()).isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
        process.destroyForcibly();
        assertThat(MuralProcess.await(process)).isEqualTo(128 + 9);
    }

    @Test
    void whatIsMissingIsRefusedBeforeAnyPicture() throws IOException {
        var mural = new MuralProcess(folder, MuralProcess.QUICK);
        for (var name : List.of(
                "metrics/inception-2015-12-05.safetensors",
                "metrics/clip/model.safetensors",
                "metrics/clip/merges.txt",
                "metrics/clip-rn50.safetensors")) {
            var file = folder.resolve(name);
            var aside = folder.resolve("aside");
            Files.move(file, aside);
            refused(mural.run(protocol("out")), name);
            Files.move(aside, file);
        }
        refused(mural.run(protocol("out", "--window", "16")), "--window");
        for (var instead : Map.of("--reference", "unreal", "--patch", "512", "--splits", "10")
                .entrySet()) {
            var args = protocol("out");
            args[Arrays.asList(args).indexOf(instead.getKey()) + 1] = instead.getValue();
            refused(mural.run(args), instead.getKey().equals("--reference") ? "unreal" : instead.getKey());
        }
    }

    private void refused(MuralProcess.Result result, String what) {
        assertThat(result.exit()).as("%s", result.err()).isNotZero();
        assertThat(result.err()).last().asString().contains(what);
        assertThat(result.out()).isEmpty();
        assertThat(folder.resolve("out/pictures/00000.png")).doesNotExist();
    }
}
