package io.mural.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.Journal;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.file.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every writer of the program on a disk that fails at the n-th write, force or rename, for every n: the file that was
 * there stays, nothing else does, and the failure is said.
 */
class WritersTest {
    private static final String OLD = "what was there before";

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
        CHECKPOINT(file -> CheckpointFile.fresh(file, "a picture")
                .reached(new Journal.Position(2, 3, new float[9], new float[600_000])));

        private final Consumer<Path> write;

        Writer(Consumer<Path> write) {
            this.write = write;
        }

        private static RgbImage noise(int width, int height) {
            var rgb = new byte[width * height * 3];
            new Random(width).nextBytes(rgb);
            return new RgbImage(width, height, rgb);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureLeavesWhatWasThere(Writer writer) throws IOException {
        var whole = folder.resolve("whole");
        writer.write.accept(whole);
        var file = folder.resolve("file");
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
                    .containsExactlyInAnyOrder("whole", "file");
            if (said == null) {
                assertThat(file).hasSameBinaryContentAs(whole);
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
        assertThat(failures).isGreaterThanOrEqualTo(writer == Writer.SMALL_PICTURE ? 3 : 4);
        assertThat(Arrays.equals(Files.readAllBytes(file), Files.readAllBytes(whole)))
                .isTrue();
    }
}
