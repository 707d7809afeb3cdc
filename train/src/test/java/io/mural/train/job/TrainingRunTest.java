package io.mural.train.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.image.GrayImage;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.LowRank;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.train.Posters;
import io.mural.train.data.Encoding;
import io.mural.train.files.LoraFiles;
import io.mural.train.files.LoraFormat;
import io.mural.train.flow.LossWeight;
import io.mural.train.flow.TrainableModel;
import io.mural.train.job.TrainingSettings.Intervals;
import io.mural.train.job.TrainingSettings.Method;
import io.mural.train.job.TrainingSettings.Noise;
import io.mural.train.job.TrainingSettings.Rate;
import io.mural.train.optimize.LrSchedule;
import io.mural.weights.names.Lora;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs, on a tiny random model and pictures of 64 pixels. */
class TrainingRunTest {
    @TempDir
    private Path folder;

    private Path model;

    private final List<Double> validations = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Long> saved = new ArrayList<>();
    private long interruptAfter = Long.MAX_VALUE;

    /** The tiny model with fewer text tokens, and three pictures with two captions each. */
    @BeforeEach
    void modelAndPictures() throws IOException {
        model = folder.resolve("tiny");
        Files.createDirectories(model);
        try (var parts = Files.list(Path.of("..", "goldens", "flux1-tiny"))) {
            for (var part : parts.toList()) {
                Files.createSymbolicLink(model.resolve(part.getFileName()), part.toRealPath());
            }
        }
        Files.writeString(model.resolve("mural.json"), "{\"text_tokens\": 12}");
        Posters.write(folder.resolve("data"), 3, 64);
        Files.writeString(folder.resolve("data/poster-000.txt"), "a sea\nwater\n");
    }

    private final Report report = new Report() {
        @Override
        public void note(String line) {
            notes.add(line);
        }

        @Override
        public void step(Step step, long steps) {
            if (step.number() == interruptAfter) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void validation(long step, double loss) {
            validations.add(loss);
        }

        @Override
        public void saved(long step) {
            saved.add(step);
        }
    };

    private Request request(Kind kind, String out, long steps, boolean resume) {
        return request(kind, out, steps, resume, 7, new LoraFiles.Style(LoraFormat.PEFT, DType.F32, false));
    }

    private Request request(Kind kind, String out, long steps, boolean resume, long seed, LoraFiles.Style style) {
        var geometry = new HierarchicalGeometry(2, 2, 1, 0, HierarchicalGeometry.ALL, 1);
        var sizes = new Encoding.Sizes(
                List.of(64), true, false, kind == Kind.GUIDE ? Optional.of(geometry) : Optional.empty());
        var pictures = new Request.Pictures(
                folder.resolve("data"),
                Optional.empty(),
                folder.resolve("cache"),
                Optional.empty(),
                Optional.of("mstyle"),
                sizes);
        var rate = new Rate(
                kind == Kind.GUIDE ? Method.PRODIGY : Method.ADAMW,
                kind == Kind.GUIDE ? 1 : 1e-2,
                0.01,
                0.999,
                LrSchedule.CONSTANT,
                0,
                1e-4);
        var settings = new TrainingSettings(
                seed,
                steps,
                1,
                2,
                1,
                rate,
                new Noise("sigmoid", LossWeight.NONE, 1, 0.1),
                kind == Kind.FULL ? 0.9 : 0,
                new Intervals(3, 100, 1));
        var targets = switch (kind) {
            case STYLE -> "all";
            case GUIDE -> "official";
            case FULL -> "transformer";
        };
        return new Request(
                kind,
                pictures,
                new Request.Base(model, Optional.empty()),
                folder.resolve(out),
                new Request.Adapter(2, 4, targets, Optional.empty(), style),
                settings,
                resume);
    }

    private void run(Request request) {
        new TrainingRun(request, () -> new CpuBackend().open("cpu", 2, new Workspace()), report).run();
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    @Tag("full")
    @Test
    void aRunThatWasStoppedGoesOnToTheSameBytes() throws IOException {
        run(request(Kind.STYLE, "whole.safetensors", 6, false));
        run(request(Kind.STYLE, "parts.safetensors", 3, false));
        run(request(Kind.STYLE, "parts.safetensors", 6, true));
        assertThat(bytes("parts.safetensors")).isEqualTo(bytes("whole.safetensors"));
        assertThat(bytes("parts.safetensors.state")).isEqualTo(bytes("whole.safetensors.state"));

        interruptAfter = 4;
        assertThatThrownBy(() -> run(request(Kind.STYLE, "stopped.safetensors", 6, false)))
                .isInstanceOf(CancellationException.class);
        interruptAfter = Long.MAX_VALUE;
        run(request(Kind.STYLE, "stopped.safetensors", 6, true));
        assertThat(bytes("stopped.safetensors")).isEqualTo(bytes("whole.safetensors"));
        assertThat(saved).as("each result but that of the stop").containsExactly(3L, 6L, 3L, 6L, 3L, 6L);
    }

    @Tag("full")
    @Test
    void theStateOfAnotherRunIsRefused() throws IOException {
        run(request(Kind.STYLE, "a.safetensors", 1, false));
        var other = new LoraFiles.Style(LoraFormat.PEFT, DType.F32, false);
        assertThatThrownBy(() -> run(request(Kind.STYLE, "a.safetensors", 2, true, 8, other)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("of another run");
        var state = folder.resolve("a.safetensors.state");
        var damaged = Files.readAllBytes(state);
        damaged[damaged.length - 5] ^= 1;
        Files.write(state, damaged);
        assertThatThrownBy(() -> run(request(Kind.STYLE, "a.safetensors", 2, true)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("damaged");
        Files.delete(state);
        assertThatThrownBy(() -> run(request(Kind.STYLE, "a.safetensors", 2, true)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no state to go on from");
    }

    @Tag("full")
    @Test
    void whatIsTrainedFitsThePicturesBetter() {
        run(request(Kind.STYLE, "b.safetensors", 25, false));
        assertThat(validations).hasSize(2);
        assertThat(validations.getLast()).isLessThan(0.93 * validations.getFirst());
    }

    @Tag("full")
    @Test
    void everySpellingOfALoraSaysTheSame() {
        run(request(Kind.STYLE, "peft.safetensors", 2, false));
        var kohya = new LoraFiles.Style(LoraFormat.KOHYA, DType.F32, false);
        run(request(Kind.STYLE, "kohya.safetensors", 2, false, 7, kohya));
        var plain = new LoraFiles.Style(LoraFormat.PEFT, DType.F32, true);
        run(request(Kind.STYLE, "plain.safetensors", 2, false, 7, plain));
        try (var opened = TrainableModel.open(model, Optional.empty(), List.of());
                var first = Lora.open(folder.resolve("peft.safetensors"));
                var second = Lora.open(folder.resolve("kohya.safetensors"));
                var third = Lora.open(folder.resolve("plain.safetensors"))) {
            var expected = first.terms(opened.weights());
            assertThat(expected).isNotEmpty();
            assertThat(first.notes(opened.weights())).isEmpty();
            assertThat(second.notes(opened.weights())).isEmpty();
            for (var other : List.of(second.terms(opened.weights()), third.terms(opened.weights()))) {
                assertThat(other.keySet()).containsAll(expected.keySet());
                expected.forEach((layer, term) -> assertThat(element(other.get(layer), 3, 5))
                        .as(layer)
                        .isCloseTo(element(term, 3, 5), within(1e-6)));
            }
        }
    }

    /** One element of what a layer's weight is changed by. */
    private static double element(LowRank term, int row, int col) {
        double sum = 0;
        for (int r = 0; r < term.rank(); r++) {
            sum += (double) term.up().get(row, r) * term.down().get(r, col);
        }
        return term.scale() * sum;
    }

    @Tag("full")
    @Test
    void aGuideIsTrainedByProdigy() {
        run(request(Kind.GUIDE, "guide.safetensors", 3, false));
        try (var lora = Lora.open(folder.resolve("guide.safetensors"))) {
            assertThat(lora.metadata())
                    .containsEntry("kind", "hierarchical-guidance")
                    .containsEntry("halo", "1");
            assertThat(lora.summary().ranks()).containsExactly(2);
        }
        assertThat(folder.resolve("guide.safetensors.jsonl")).content().contains("\"d\":");
    }

    @Tag("full")
    @Test
    void aWholeModelIsTrainedAndOpensAgain() {
        run(request(Kind.FULL, "model", 2, false));
        try (var before = TrainableModel.open(model, Optional.empty(), List.of());
                var after = TrainableModel.open(folder.resolve("model"), Optional.empty(), List.of())) {
            assertThat(after.weights().names()).isEqualTo(before.weights().names());
            var name = "transformer_blocks.0.attn.to_q.weight";
            assertThat(after.weights().values(name))
                    .isNotEqualTo(before.weights().values(name));
        }
        assertThatThrownBy(() -> run(new Request(
                        Kind.FULL,
                        request(Kind.FULL, "x", 1, false).pictures(),
                        new Request.Base(model, Optional.empty()),
                        model,
                        request(Kind.FULL, "x", 1, false).adapter(),
                        request(Kind.FULL, "x", 1, false).settings(),
                        false)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("another folder");
    }

    @Tag("full")
    @Test
    void picturesThatCannotBeReadAreLeftOut() throws IOException {
        var whole = Files.readAllBytes(folder.resolve("data/poster-000.png"));
        Files.write(folder.resolve("data/poster-000.png"), java.util.Arrays.copyOf(whole, whole.length / 2));
        run(request(Kind.STYLE, "c.safetensors", 1, false));
        assertThat(notes).anyMatch(note -> note.contains("000.png is left out"));
        assertThat(notes).anyMatch(note -> note.startsWith("2 pictures"));
    }

    private void mask(String name, int side, int upper, int lower) throws IOException {
        var gray = new byte[side * side];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = (byte) (i < gray.length / 2 ? upper : lower);
        }
        Files.write(folder.resolve("data/" + name), new GrayImage(side, side, gray).toPng());
    }

    @Tag("full")
    @Test
    void aMaskSaysWhatCounts() throws IOException {
        run(request(Kind.STYLE, "all.safetensors", 1, false));
        for (int i = 0; i < 3; i++) {
            mask("poster-00" + i + ".mask.png", 64, 255, 255);
        }
        run(request(Kind.STYLE, "white.safetensors", 1, false));
        mask("poster-000.mask.png", 64, 255, 0);
        run(request(Kind.STYLE, "half.safetensors", 1, false));
        run(request(Kind.GUIDE, "guide.safetensors", 1, false));
        double all = validations.getFirst();
        assertThat(validations.get(2)).isCloseTo(all, within(1e-9));
        assertThat(validations.get(4)).isNotCloseTo(all, within(1e-4));
        assertThat(validations.get(6)).isPositive();
        assertThat(notes).noneMatch(note -> note.contains("left out"));
    }

    @Tag("full")
    @Test
    void masksThatSayNothingAndTransparentPicturesAreToldOf() throws IOException {
        mask("poster-000.mask.png", 64, 0, 0);
        mask("poster-001.mask.png", 32, 255, 0);
        var image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xff336699);
        ImageIO.write(image, "png", folder.resolve("data/poster-002.png").toFile());
        run(request(Kind.STYLE, "e.safetensors", 1, false));
        assertThat(notes)
                .anyMatch(note -> note.contains("000.png is left out: its mask is black everywhere"))
                .anyMatch(note -> note.contains("001.png is left out") && note.contains("32x32"))
                .anyMatch(note -> note.contains("002.png is transparent; it is laid on white"))
                .anyMatch(note -> note.startsWith("1 pictures"));
    }

    @Test
    void aPlanCountsWithoutComputing() {
        var plan = TrainingPlan.of(
                request(Kind.STYLE, "d.safetensors", 1, false), () -> new CpuBackend().open("cpu", 2, new Workspace()));
        assertThat(plan.flop()).isGreaterThan(1e6);
        assertThat(plan.bytes()).isBetween(100_000L, 1L << 20); // one block of 28 tokens
        assertThat(folder.resolve("cache")).doesNotExist();
    }
}
