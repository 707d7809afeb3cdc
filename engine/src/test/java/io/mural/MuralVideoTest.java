package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.VideoAttention.Kind;
import io.mural.model.image.PngFile;
import io.mural.model.wan.T3Windows;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clips of a tiny model of random weights. */
class MuralVideoTest {
    private static final Path VIDEO = Path.of("../goldens/video");
    private static final VideoAttention WINDOWS =
            new VideoAttention(Optional.of(Kind.T3), Optional.of(T3Windows.of("1,2,1/2,1,1")), false);

    @TempDir
    private Path folder;

    private static MuralVideo open(VideoAttention attention) {
        return MuralVideo.builder()
                .model(VIDEO.resolve("single-file/wan-tiny-fp8.safetensors"))
                .base(VIDEO.resolve("wan-tiny"))
                .textEncoder(VIDEO.resolve("single-file/umt5-tiny-bf16.safetensors"))
                .vae(VIDEO.resolve("single-file/wan-vae-tiny-bf16.safetensors"))
                .attention(attention)
                .open();
    }

    private static VideoRequest.Builder cat() {
        return VideoRequest.of("a cat walking").size(32, 32).frames(5).steps(3).seed(7);
    }

    @Test
    void aFileSaysAllThatItWasMadeFrom() {
        var place = folder.resolve("frames");
        try (var video = open(WINDOWS)) {
            var recipe = video.generate(cat().steps(1).build(), VideoSink.file(place));
            var text = PngFile.texts(place.resolve("frame-00004.png")).get(VideoRecipe.KEYWORD);
            assertThat(text)
                    .isEqualTo(recipe.toJson(Optional.of(place)))
                    .contains("\"attention\":\"t3\"", "\"windows\":\"1,2,1/2,1,1\"", "\"seed\":7")
                    .contains("wan-tiny-fp8.safetensors", "\"base\":", "\"text_encoder\":", "\"vae\":");
        }
    }

    @Tag("full")
    @Test
    void aStoppedClipGoesOnToTheSameBytesAndOnlyAsTheSameClip() throws IOException {
        var whole = folder.resolve("whole.y4m");
        var stopped = folder.resolve("stopped.y4m");
        try (var video = open(WINDOWS)) {
            video.generate(cat().build(), VideoSink.file(whole));
            assertThatThrownBy(() -> video.generate(cat().build(), VideoSink.file(stopped), afterStep(2)))
                    .isInstanceOf(CancellationException.class);
            assertThat(stopped).doesNotExist();
            assertThatThrownBy(() -> video.generate(
                            cat().solver("euler").build(),
                            VideoSink.file(stopped).resume()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("checkpoint of another clip");
        }
        try (var dense = open(VideoAttention.OF_WEIGHTS)) {
            assertThatThrownBy(() -> dense.generate(
                            cat().build(), VideoSink.file(stopped).resume()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("checkpoint of another clip");
        }
        try (var video = open(WINDOWS)) {
            var steps = new ArrayList<Integer>();
            video.generate(cat().build(), VideoSink.file(stopped).resume(), event -> {
                if (event instanceof Progress.Step step && step.steps() == 3) {
                    steps.add(step.step());
                }
            });
            assertThat(steps).contains(3).doesNotContain(1);
        }
        assertThat(stopped).hasSameBinaryContentAs(whole);
        assertThat(Files.exists(folder.resolve("stopped.y4m.checkpoint"))).isFalse();
    }

    private static Consumer<Progress> afterStep(int number) {
        return event -> {
            if (event instanceof Progress.Step step && step.steps() == 3 && step.step() == number) {
                throw new CancellationException("stopped by the test");
            }
        };
    }

    @Test
    void framesThatAreWrittenStayWhenOneCannotBe() throws IOException {
        var place = folder.resolve("frames");
        Files.createDirectories(place.resolve("frame-00002.png"));
        try (var video = open(VideoAttention.OF_WEIGHTS)) {
            assertThatThrownBy(() -> video.generate(cat().steps(1).build(), VideoSink.file(place)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("frame-00002.png")
                    .hasMessageEndingWith("the frames before it are kept, and `resume` goes on");
        }
        assertThat(place.resolve("frame-00001.png")).isRegularFile();
        assertThat(folder.resolve("frames.checkpoint")).isRegularFile();
    }

    @Test
    void whatCannotBeIsRefusedByItsSetting() {
        refused("windows", () -> new VideoAttention(Optional.empty(), Optional.of(T3Windows.PUBLISHED), false));
        refused("windows", () -> T3Windows.of("3,1"));
        refused("windows", () -> T3Windows.of("3,1,1/"));
        refused("antialias", () -> new VideoAttention(Optional.of(Kind.DENSE), Optional.empty(), true));
        refused("attention", () -> Kind.of("sparse"));
        refused("attention", () -> open(new VideoAttention(Optional.of(Kind.ULTRAGEN), Optional.empty(), false)));
        refused("antialias", () -> open(new VideoAttention(Optional.empty(), Optional.empty(), true)));
        try (var video = open(VideoAttention.OF_WEIGHTS)) {
            refused("frames", () -> video.plan(cat().frames(0).build()));
            refused("size", () -> video.plan(cat().size(15, 64).build()));
            refused("fps", () -> video.plan(cat().fps(0).build()));
            refused("steps", () -> video.plan(cat().steps(0).build()));
            refused("shift", () -> video.plan(cat().shift(Double.NaN).build()));
        }
    }

    private static void refused(String setting, Runnable work) {
        assertThatThrownBy(work::run).isInstanceOfSatisfying(InputException.class, e -> {
            assertThat(e.field()).contains(setting);
            assertThat(e.getMessage().lines()).hasSize(1);
        });
    }

    @Test
    void roundedSizesAreTold() {
        var told = new ArrayList<String>();
        try (var video = open(VideoAttention.OF_WEIGHTS)) {
            var plan = video.plan(cat().size(47, 40).frames(8).build(), event -> {
                if (event instanceof Progress.Warning warning) {
                    told.add(warning.text());
                }
            });
            assertThat(plan.recipe().request().width()).isEqualTo(32);
            assertThat(plan.recipe().request().frames()).isEqualTo(5);
        }
        assertThat(told)
                .isEqualTo(List.of(
                        "`size` 47x40: rounded down to 32x32, multiples of 16",
                        "`frames` 8: rounded down to 5, four times a number and one"));
    }
}
