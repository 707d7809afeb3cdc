package io.mural.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.FrameSink;
import io.mural.model.image.JpegFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.TilePyramid;
import io.mural.model.image.video.Clip;
import io.mural.model.image.video.VideoFile;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.VideoCheckpoint;
import io.mural.model.pipeline.VideoJournal;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.WholeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every writer of the program on a disk that fails at the n-th write, force or rename, for every n: the file that was
 * there stays, nothing else does, and the failure is said.
 */
class WritersTest {
    private static final String OLD = "what was there before";
    private static final Clip CLIP = new Clip(64, 48, 3, 8, Map.of("mural-video", "{}"));
    private static final int STRIDE = 7;

    @TempDir
    Path folder;

    /** What writes files. Pictures and tables are large enough for several writes each. */
    enum Writer {
        SMALL_PICTURE(file -> PngFile.write(file, noise(3, 3), Map.of("mural", "{}"))),
        PICTURE(file -> PngFile.write(file, noise(200, 700), Map.of())),
        SAFETENSORS(file -> new SafetensorsWriter()
                .metadata("a", "b")
                .add("one", new long[] {700_000}, new float[700_000])
                .add("two", new long[] {3}, 1, 2, 3)
                .write(file)),
        GGUF(file -> new GgufWriter()
                .text("general.architecture", "flux")
                .add("one", DType.F32, new long[] {700_000}, sink -> sink.put(new byte[2_800_000], 0, 2_800_000))
                .write(file)),
        JPEG(file -> JpegFile.write(file, noise(200, 300), 90)),
        TEXT(file -> WholeFile.write(file, "a table\n".repeat(2000).getBytes(StandardCharsets.UTF_8))),
        COPY(WritersTest::copy),
        MP4(".mp4", WritersTest::clip),
        APNG(".apng", WritersTest::clip),
        GIF(".gif", WritersTest::clip),
        Y4M(".y4m", WritersTest::clip),
        CLIP_CHECKPOINT(file -> VideoCheckpoint.fresh(file, "a clip")
                .reached(new VideoJournal.Position(2, new float[600_000], List.of(new float[600_000])))),
        CHECKPOINT(file -> CheckpointFile.fresh(file, "a picture")
                .reached(new Journal.Position(2, 3, new float[9], new float[600_000])));

        private final String ending;
        private final Consumer<Path> write;

        Writer(Consumer<Path> write) {
            this("", write);
        }

        Writer(String ending, Consumer<Path> write) {
            this.ending = ending;
            this.write = write;
        }
    }

    private static RgbImage noise(int width, int height) {
        var rgb = new byte[width * height * 3];
        new Random(width).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    /** As training copies its results, and the parts of a model that it leaves as they are. */
    private static void copy(Path file) {
        WholeFile.copy(Path.of("../docs/images/sunset.png"), file);
    }

    private static void clip(Path file) {
        VideoFile.write(file, CLIP, WritersTest::frames);
    }

    private static void frames(FrameSink sink) {
        for (int i = 0; i < CLIP.frames(); i++) {
            sink.frame(noise(CLIP.width(), CLIP.height()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureLeavesWhatWasThere(Writer writer) throws IOException {
        var whole = folder.resolve("whole" + writer.ending);
        writer.write.accept(whole);
        var file = folder.resolve("file" + writer.ending);
        int failures = 0;
        for (int n = 1; ; n++) {
            Files.writeString(file, OLD);
            var disk = new FaultyDisk(folder, n);
            InputException said = null;
            try {
                writer.write.accept(disk.path(file));
            } catch (InputException e) {
                said = e;
            }
            assertThat(folder.toFile().list())
                    .as("files when step %s fails", n)
                    .containsExactlyInAnyOrder("whole" + writer.ending, "file" + writer.ending);
            if (said == null) {
                requireSame(writer, file, whole);
                if (!disk.failed()) {
                    break;
                }
                // Only the folder's entry was not forced: the file is whole.
                continue;
            }
            failures++;
            assertThat(said).hasMessage(file + ": cannot be written: No space left on device");
            assertThat(file).hasContent(OLD);
        }
        // a write at least, the force, the rename
        assertThat(failures).isGreaterThanOrEqualTo(3);
        requireSame(writer, file, whole);
    }

    /** MP4 holds the second it was made in. */
    private static void requireSame(Writer writer, Path file, Path whole) throws IOException {
        if (writer == Writer.MP4) {
            assertThat(Files.size(file)).isEqualTo(Files.size(whole));
        } else {
            assertThat(file).hasSameBinaryContentAs(whole);
        }
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void aDiskThatTakesHalfAtEachWriteGetsAll(Writer writer) throws IOException {
        var whole = folder.resolve("whole" + writer.ending);
        writer.write.accept(whole);
        var file = folder.resolve("file" + writer.ending);
        writer.write.accept(FaultyDisk.halving(folder).path(file));
        requireSame(writer, file, whole);
    }

    /** Pictures and clips into a pipe or a connection. */
    enum Streamed {
        PNG(out -> PngFile.write(out, 40, 30, Map.of(), rows -> rows.rows(noise(40, 30)))),
        JPEG(out -> JpegFile.write(out, noise(40, 30), 90)),
        Y4M(out -> VideoFile.stream(out, CLIP, WritersTest::frames));

        private final Body write;

        Streamed(Body write) {
            this.write = write;
        }

        private interface Body {
            void to(OutputStream out) throws IOException;
        }
    }

    /** After so many bytes it takes no more. */
    private static final class FullStream extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int most;

        FullStream(int most) {
            this.most = most;
        }

        @Override
        public void write(int value) throws IOException {
            if (taken.size() == most) {
                throw new IOException("Broken pipe");
            }
            taken.write(value);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatBreaksIsSaid(Streamed streamed) throws IOException {
        var whole = new FullStream(Integer.MAX_VALUE);
        streamed.write.to(whole);
        int size = whole.taken.size();
        // Not at every byte: that takes minutes and says the same.
        for (int most = 0; most < size; most += most < size - 40 ? size / 40 + STRIDE : 1) {
            int taken = most;
            assertThatThrownBy(() -> streamed.write.to(new FullStream(taken)))
                    .as("of %s bytes %s are taken", size, taken)
                    .satisfiesAnyOf(
                            e -> assertThat(e)
                                    .isInstanceOf(InputException.class)
                                    .hasMessageContaining("Broken pipe"),
                            e -> assertThat(e).isInstanceOf(IOException.class),
                            e -> assertThat(e).isInstanceOf(UncheckedIOException.class));
        }
    }

    @Test
    void aPyramidOfTilesIsNamedWhenAllAreWritten() throws IOException {
        var picture = noise(600, 300);
        var whole = folder.resolve("whole.dzi");
        new TilePyramid(whole, 600, 300).rows(picture);
        var file = folder.resolve("file.dzi");
        for (int n = 1; ; n += STRIDE) {
            var disk = new FaultyDisk(folder, n);
            try {
                new TilePyramid(disk.path(file), 600, 300).rows(picture);
            } catch (InputException e) {
                assertThat(e).hasMessageContaining("cannot be written: No space left on device");
                assertThat(file).doesNotExist();
                assertThat(parts()).isEmpty();
                continue;
            }
            assertThat(file).hasSameBinaryContentAs(whole);
            if (!disk.failed()) {
                return;
            }
        }
    }

    private List<Path> parts() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(each -> each.toString().endsWith(".part")).toList();
        }
    }
}
