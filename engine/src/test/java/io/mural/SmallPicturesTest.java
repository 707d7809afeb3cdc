package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.TilePyramid;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small pictures of the embedded model through the engine's public classes. */
class SmallPicturesTest {
    private static final Path NANO = Path.of("..", "models", "mural-nano");
    private static final Request SEA =
            Request.of("a calm sea").size(32, 48).steps(2).seed(7).build();

    private static Mural mural;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        mural = Mural.builder().model(NANO).threads(2).open();
    }

    @AfterAll
    static void close() {
        mural.close();
    }

    @Test
    void aSeedGivesTheSamePictureWhereverItGoes() throws IOException {
        var picture = mural.generate(SEA);
        assertThat(picture.width()).isEqualTo(32);
        assertThat(picture.height()).isEqualTo(48);
        var file = folder.resolve("sea.png");
        assertThat(mural.generate(SEA, Sink.png(file)).file()).contains(file);
        var stream = new ByteArrayOutputStream();
        mural.generate(SEA, Sink.stream(stream, Format.png()));
        var rows = new ArrayList<RgbImage>();
        mural.generate(SEA, Sink.rows(rows::add));
        var saved = folder.resolve("saved.png");
        picture.save(saved);
        assertThat(Files.readAllBytes(file)).isEqualTo(Files.readAllBytes(saved));
        assertThat(ImageFile.read("a stream", stream.toByteArray()).rgb())
                .isEqualTo(picture.image().rgb());
        // A stream is no place to see files from: they have their names alone.
        assertThat(PngFile.texts("a stream", stream.toByteArray()).get(Recipe.KEYWORD))
                .contains("\"path\":\"mural-nano\"");
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().rgb()).isEqualTo(picture.image().rgb());
        var pixels = picture.toBufferedImage();
        assertThat(pixels.getRGB(31, 47) & 0xff).isEqualTo(picture.image().rgb()[32 * 48 * 3 - 1] & 0xff);
        assertThat(mural.generate(SEA.change().seed(8).build()).image().rgb())
                .isNotEqualTo(picture.image().rgb());
    }

    @Test
    void aRecipeRepeatsItsPicture() {
        var file = folder.resolve("sea.png");
        mural.generate(SEA, Sink.png(file));
        var recipe = Recipe.read(file);
        assertThat(recipe.toJson())
                .isEqualTo(Recipe.parse("a recipe", recipe.toJson()).toJson());
        assertThat(recipe.prompt()).isEqualTo("a calm sea");
        assertThat(recipe.trueCfg()).isEqualTo(mural.defaults().trueCfg());
        try (var again = Mural.builder().of(recipe).open()) {
            var picture = again.generate(Request.of(recipe).build());
            assertThat(picture.recipe()).isEqualTo(recipe);
            assertThat(picture.image().rgb())
                    .isEqualTo(mural.generate(SEA).image().rgb());
            var longer = again.generate(Request.of(recipe).steps(3).build());
            assertThat(longer.recipe().steps()).isEqualTo(3);
            assertThat(longer.seed()).isEqualTo(7);
        }
    }

    @Test
    void jpegIsClose() throws IOException {
        var picture = mural.generate(SEA);
        var file = folder.resolve("sea.jpg");
        picture.save(file, Format.jpeg(95));
        var stream = new ByteArrayOutputStream();
        picture.write(stream, Format.jpeg(95));
        // The file's recipe names the model as seen from its folder, the stream's by its name: the pixels are the same.
        assertThat(ImageFile.read("a stream", stream.toByteArray()).rgb())
                .isEqualTo(ImageFile.read(file).rgb());
        assertThat(Input.of(file).read().psnr(picture.image())).isBetween(25.0, 99.0);
        assertThatThrownBy(() -> Format.jpeg(0))
                .isInstanceOfSatisfying(
                        InputException.class, e -> assertThat(e.field()).contains("quality"));
    }

    @Test
    void progressTellsEveryStageInOrder() {
        var events = new ArrayList<Progress>();
        mural.generate(
                List.of(
                        new Order(SEA, Sink.memory()),
                        new Order(SEA.change().seed(8).build(), Sink.memory())),
                events::add);
        assertThat(events.getFirst()).isInstanceOfSatisfying(Progress.Planned.class, plan -> {
            assertThat(plan.pictures()).isEqualTo(2);
            assertThat(plan.seed()).isEqualTo(7);
            assertThat(plan.memoryBytes()).isEqualTo(mural.plan(SEA).memoryBytes());
        });
        var stages = events.stream()
                .filter(Progress.StageBegun.class::isInstance)
                .map(event -> ((Progress.StageBegun) event).stage())
                .toList();
        assertThat(stages)
                .containsExactly(Stage.TEXT, Stage.DENOISE, Stage.DECODE, Stage.TEXT, Stage.DENOISE, Stage.DECODE);
        assertThat(events.stream()
                        .filter(Progress.Begun.class::isInstance)
                        .map(event -> ((Progress.Begun) event).recipe().seed()))
                .containsExactly(7L, 8L);
        assertThat(events.getLast()).isInstanceOfSatisfying(Progress.Done.class, done -> {
            assertThat(done.picture()).isEqualTo(2);
            assertThat(done.fields().get("seed")).hasToString("8");
            assertThat(done.fields()).containsEntry("path", null);
        });
    }

    @Test
    void aPlanComesFromTheRequestWithoutWork() {
        var plan = mural.plan(SEA);
        assertThat(plan.levels()).isEmpty();
        assertThat(plan.recipe().steps()).isEqualTo(2);
        assertThat(mural.plan(SEA.change().steps(4).build()).flops()).isGreaterThan(1.5 * plan.flops());
        var large = mural.plan(Request.of("a calm sea").size(1024, 512).build());
        assertThat(large.levels()).extracting(Plan.Level::width).containsExactly(352, 1024);
        assertThat(large.levels()).extracting(Plan.Level::height).containsExactly(176, 512);
        assertThat(large.seconds()).isPositive();
    }

    @Test
    void whatDoesNotFitNamesTheLargestThatDoes() {
        try (var small = Mural.builder().model(NANO).memory(64L << 20).open()) {
            assertThatThrownBy(() -> small.generate(
                            Request.of("sea").size(2048, 2048).atOnce().build()))
                    .isInstanceOfSatisfying(TooLarge.class, e -> {
                        var fitting = e.fitting().orElseThrow();
                        assertThat(e).hasMessageContaining("`size` " + fitting + " would fit");
                        var fits = Request.of("sea")
                                .size(fitting.width(), fitting.height())
                                .atOnce()
                                .build();
                        var plan = small.plan(fits);
                        assertThat(plan.memoryBytes() - plan.ownBytes()).isBetween(1L << 20, 64L << 20);
                    });
        }
    }

    @Test
    void aFaultNamesItsField() {
        assertThatThrownBy(() -> mural.plan(SEA.change().steps(0).build()))
                .isInstanceOfSatisfying(InputException.class, e -> {
                    assertThat(e.field()).contains("steps");
                    assertThat(e.message(field -> "\"" + field + "\"")).isEqualTo("\"steps\" 0: choose 1 to 10000");
                });
        assertField("size", SEA.change().size(100, 64));
        assertField("prompt", Request.of(" "));
        assertField("guidance", SEA.change().guidance(3));
        assertField("negative", SEA.change().negative("fog").trueCfg(1));
        assertField("strength", SEA.change().strength(0.5));
        assertField("size", SEA.change().window(4));
    }

    private static void assertField(String field, Request.Builder request) {
        assertThatThrownBy(() -> mural.plan(request.build()))
                .isInstanceOfSatisfying(
                        InputException.class, e -> assertThat(e.field()).contains(field));
    }

    @Test
    void aPictureInMemoryIsAStartLikeOneInAFile() {
        var file = folder.resolve("sea.png");
        mural.generate(SEA, Sink.png(file));
        var fromFile = SEA.change().start(file).strength(0.5).build();
        var fromMemory = SEA.change()
                .start(Input.of("sea.png", Input.of(file).bytes()))
                .strength(0.5)
                .build();
        var picture = mural.generate(fromFile);
        assertThat(picture.recipe().init().orElseThrow().strength()).isEqualTo(0.5);
        assertThat(mural.generate(fromMemory).image().rgb())
                .isEqualTo(picture.image().rgb());
    }

    @Test
    void jobsTakeTurnsInTheirOrderAndCanBeCancelled() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var order = Collections.synchronizedList(new ArrayList<Long>());
        var first = mural.submit(SEA, event -> {
            if (event instanceof Progress.Begun) {
                order.add(7L);
                begun.countDown();
                awaitQuietly(release);
            }
        });
        begun.await();
        var second = mural.submit(SEA.change().seed(8).build(), event -> note(event, order));
        var third = mural.submit(SEA.change().seed(9).build(), event -> note(event, order));
        assertThat(first.state()).isEqualTo(Job.State.RUNNING);
        assertThat(second.state()).isEqualTo(Job.State.QUEUED);
        assertThat(third.before()).isEqualTo(2);
        second.cancel();
        assertThatThrownBy(second::join).isInstanceOf(CancelledException.class);
        assertThat(second.state()).isEqualTo(Job.State.CANCELLED);
        assertThat(third.before()).isEqualTo(1);
        release.countDown();
        assertThat(first.join().seed()).isEqualTo(7);
        assertThat(third.join().seed()).isEqualTo(9);
        assertThat(order).containsExactly(7L, 9L);
    }

    /** The picture waits until the plan is there: a plan that waited for it would never come. */
    @Test
    void aPlanDoesNotWaitForARunningPicture() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var before = mural.plan(SEA);
        var job = mural.submit(SEA, event -> {
            if (event instanceof Progress.Begun) {
                begun.countDown();
                awaitQuietly(release);
            }
        });
        begun.await();
        try {
            var plan = mural.plan(SEA);
            assertThat(plan.flops()).isEqualTo(before.flops());
            assertThat(plan.memoryBytes()).isEqualTo(before.memoryBytes());
            assertThat(plan.seconds()).isPositive();
            assertThat(mural.tokens(SEA).picture()).isEqualTo(6);
            assertField("steps", SEA.change().steps(0));
        } finally {
            release.countDown();
        }
        assertThat(job.join().seed()).isEqualTo(7);
    }

    @Test
    void aPictureGoesToTilesBesideItsFile() {
        var file = folder.resolve("sea.png");
        var description = folder.resolve("sea.dzi");
        mural.generate(SEA, Sink.png(file).tiles(description));
        assertThat(description).hasContent(TilePyramid.description(32, 48));
        var tile = ImageFile.read(folder.resolve("sea_files/6/0_0.jpg"));
        assertThat(tile.psnr(ImageFile.read(file))).isGreaterThan(20);
        assertThat(folder.resolve("sea_files/0/0_0.jpg")).exists();
    }

    @Test
    void aRunningJobStopsAtItsNextUnitAndLeavesNoFile() throws InterruptedException {
        var file = folder.resolve("sea.png");
        var inStep = new CountDownLatch(1);
        var job = mural.submit(SEA.change().steps(10_000).build(), Sink.png(file), event -> {
            if (event instanceof Progress.Step step && step.stage() == Stage.DENOISE) {
                inStep.countDown();
            }
        });
        inStep.await();
        job.cancel();
        assertThatThrownBy(job::join).isInstanceOf(CancelledException.class);
        assertThat(folder).isEmptyDirectory();
        assertThat(mural.generate(SEA).seed()).isEqualTo(7);
    }

    private static void note(Progress event, List<Long> order) {
        if (event instanceof Progress.Begun begun) {
            order.add(begun.recipe().seed());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
