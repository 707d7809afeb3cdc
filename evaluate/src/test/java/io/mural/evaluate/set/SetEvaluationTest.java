package io.mural.evaluate.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.evaluate.Goldens;
import io.mural.evaluate.report.BestAndWorst;
import io.mural.evaluate.report.Tables;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets of small pictures through narrow random networks: what is kept, taken up again, compared and refused. */
class SetEvaluationTest {
    private static final Set<Metric> OF_SETS = EnumSet.of(Metric.FID, Metric.PATCH_FID, Metric.IS);

    @TempDir
    private Path folder;

    private Path pictures;
    private Path weights;
    private int computed;

    @BeforeEach
    void prepare() throws IOException {
        pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 4; i++) {
            var rgb = new byte[40 * 50 * 3];
            new Random(i).nextBytes(rgb);
            PngFile.write(
                    pictures.resolve("p" + i + ".png"),
                    new RgbImage(40, 50, rgb),
                    Map.of("mural", "{\"prompt\": \"picture " + i + "\"}"));
        }
        weights = Files.createDirectory(folder.resolve("weights"));
        Files.copy(
                Goldens.FOLDER.resolve("inception-tiny/model.safetensors"), weights.resolve(MetricWeights.INCEPTION));
        var clip = Files.createDirectory(weights.resolve(MetricWeights.CLIP));
        for (var name : List.of("config.json", "model.safetensors")) {
            Files.copy(Goldens.FOLDER.resolve("clip-tiny").resolve(name), clip.resolve(name));
        }
        for (var name : List.of("vocab.json", "merges.txt")) {
            Files.copy(Goldens.FOLDER.resolveSibling("flux1-tiny/tokenizer").resolve(name), clip.resolve(name));
        }
    }

    private Settings settings() {
        var usual = Settings.USUAL;
        return new Settings(
                usual.resizer(),
                20,
                usual.iqaSize(),
                usual.good(),
                usual.bad(),
                2,
                usual.subsets(),
                usual.neighbours(),
                usual.limit(),
                Optional.empty(),
                0,
                0,
                Optional.of(folder.resolve("cache")),
                Optional.empty());
    }

    private Report evaluate(Set<Metric> metrics, Optional<Path> reference, List<String> prompts) {
        computed = 0;
        var progress = new Progress() {
            @Override
            public void pictures(String what, int done, int all, int looked, double seconds) {
                computed = Math.max(computed, looked);
            }

            @Override
            public void note(String line) {}
        };
        try (var ops = Goldens.ops();
                var evaluation = new SetEvaluation(
                        ops, new MetricWeights(Optional.of(weights), "clip"), metrics, settings(), progress)) {
            return evaluation.evaluate(pictures, reference, prompts);
        }
    }

    private static double value(Report report, String name) {
        return report.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void aSetIsAtNoDistanceFromItself() {
        var report = evaluate(OF_SETS, Optional.of(pictures), List.of());
        assertThat(value(report, "fid")).isCloseTo(0, within(1e-9));
        assertThat(value(report, "patch-fid")).isCloseTo(0, within(1e-6));
        assertThat(value(report, "is")).isGreaterThanOrEqualTo(1);
        assertThat(report.made()).containsKeys("inception_sha256", "resize", "patch", "pictures");
    }

    @Test
    void featuresAreKeptAndTakenUpAgainAfterACut() throws IOException {
        var first = evaluate(EnumSet.of(Metric.IS), Optional.empty(), List.of());
        assertThat(computed).isEqualTo(4);
        var again = evaluate(EnumSet.of(Metric.IS), Optional.empty(), List.of());
        assertThat(computed).isZero();
        assertThat(again.figures()).isEqualTo(first.figures());
        // The machine stopped while the last record was written.
        var file = onlyCacheFile();
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) - 5);
        }
        assertThat(evaluate(EnumSet.of(Metric.IS), Optional.empty(), List.of()).figures())
                .isEqualTo(first.figures());
        assertThat(computed).isEqualTo(1);
        // Another picture under a known name.
        PngFile.write(pictures.resolve("p2.png"), new RgbImage(20, 20, new byte[1200]), Map.of());
        evaluate(EnumSet.of(Metric.IS), Optional.empty(), List.of());
        assertThat(computed).isEqualTo(1);
    }

    private Path onlyCacheFile() throws IOException {
        try (var files = Files.walk(folder.resolve("cache"))) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    @Tag("full")
    @Test
    void statisticsStandForTheirFolderAndAreRefusedUnderOtherSettings() {
        var file = folder.resolve("real.stats.safetensors");
        var metrics = EnumSet.of(Metric.FID, Metric.PATCH_FID);
        try (var ops = Goldens.ops();
                var evaluation = new SetEvaluation(
                        ops, new MetricWeights(Optional.of(weights), "clip"), metrics, settings(), Progress.NONE)) {
            evaluation.writeStatistics(pictures, file);
        }
        assertThat(value(evaluate(metrics, Optional.of(file), List.of()), "fid"))
                .isCloseTo(0, within(1e-9));
        var statistics = ReferenceStatistics.read(file);
        assertThatThrownBy(() -> statistics.require(file, Map.of("resize", "pytorch-fid")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("resize clean");
    }

    @Test
    void promptsComeFromThePicturesAndAreChecked() {
        var own = evaluate(EnumSet.of(Metric.CLIP), Optional.empty(), List.of());
        assertThat(own.each())
                .extracting(Judged::prompt)
                .containsExactly("picture 0", "picture 1", "picture 2", "picture 3");
        assertThat(value(own, "clip")).isBetween(-1.0, 1.0);
        assertThat(own.figures().getFirst().interval().known()).isTrue();
        assertThatThrownBy(() -> evaluate(EnumSet.of(Metric.CLIP), Optional.empty(), List.of("another")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none of those given");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> evaluate(EnumSet.of(Metric.CLIP_IQA), Optional.empty(), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(MetricWeights.CLIP_RN50);
        assertThatThrownBy(() -> evaluate(EnumSet.of(Metric.FID), Optional.empty(), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("reference set");
    }

    @Test
    void tablesAndPageTellTheSame() throws IOException {
        var report = evaluate(EnumSet.of(Metric.CLIP), Optional.empty(), List.of());
        var json = Json.parse("report", Tables.json(report, true));
        assertThat(json.objects("figures").getFirst().number("value")).isEqualTo(value(report, "clip"));
        assertThat(json.objects("pictures")).hasSize(4);
        assertThat(Tables.csv(report).lines()).hasSize(2);
        assertThat(Tables.eachCsv(report.each()).lines()).hasSize(5).first().isEqualTo("picture,prompt,clip");
        assertThat(Tables.text(report)).contains("clip").contains("n = 4");
        var page = folder.resolve("page.html");
        BestAndWorst.write(page, report);
        assertThat(Files.readString(page)).contains("src=\"pictures/p0.png\"").contains("clip, worst");
    }

    @Test
    void pairsAreComparedByName() throws IOException {
        var others = Files.createDirectory(folder.resolve("others"));
        for (int i = 0; i < 4; i++) {
            var rgb = new byte[40 * 50 * 3];
            new Random(i).nextBytes(rgb);
            rgb[0] = (byte) (rgb[0] ^ (i > 0 ? 1 : 0));
            PngFile.write(others.resolve("p" + i + ".png"), new RgbImage(40, 50, rgb), Map.of());
        }
        try (var ops = Goldens.ops()) {
            var report = new PairEvaluation(ops, Optional.empty(), Optional.empty(), Progress.NONE)
                    .compare(pictures, others);
            // One of 6000 values differs by one level; the equal pair is counted apart.
            assertThat(value(report, "psnr")).isCloseTo(10 * Math.log10(255.0 * 255 * 6000), within(1e-9));
            assertThat(report.figures().getFirst().count()).isEqualTo(3);
            Files.delete(others.resolve("p3.png"));
            assertThatThrownBy(() -> new PairEvaluation(ops, Optional.empty(), Optional.empty(), Progress.NONE)
                            .compare(pictures, others))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("p3");
        }
    }
}
