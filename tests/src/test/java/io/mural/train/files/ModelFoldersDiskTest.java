package io.mural.train.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.disk.FaultyDisk;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trained model's folder on a disk that fails at the n-th write: the next save makes it whole. */
class ModelFoldersDiskTest {
    private static final Path MODEL = Path.of("../goldens/flux1-tiny");
    private static final int STRIDE = 41;

    @TempDir
    Path folder;

    private static void save(Path to) {
        try (var checkpoint = Checkpoint.open(MODEL.resolve("transformer"))) {
            var weights = KeyStyles.weights(checkpoint, KeyStyles.Part.TRANSFORMER);
            ModelFolders.write(to, MODEL, weights, Map.of());
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .sorted()
                    .toList();
        }
    }

    private void requireSame(Path one, Path two) throws IOException {
        assertThat(files(one)).isEqualTo(files(two));
        for (var file : files(two)) {
            assertThat(one.resolve(file)).hasSameBinaryContentAs(two.resolve(file));
        }
    }

    @Test
    @Tag("full")
    void whatAFailedSaveLeftIsMendedByTheNext() throws IOException {
        var whole = folder.resolve("whole");
        save(whole);
        for (int n = 1; ; n += STRIDE) {
            var out = Files.createDirectory(folder.resolve("out-" + n));
            var disk = new FaultyDisk(out, n);
            try {
                save(disk.path(out));
            } catch (InputException e) {
                assertThat(e).hasMessageContaining("No space left on device");
                for (var file : files(out)) {
                    assertThat(out.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
                }
            }
            save(out);
            requireSame(out, whole);
            if (!disk.failed()) {
                return;
            }
        }
    }

    @Test
    void aFileOfAnotherModelIsReplaced() throws IOException {
        var whole = folder.resolve("whole");
        save(whole);
        var out = folder.resolve("out");
        var index = Files.createDirectories(out).resolve("model_index.json");
        // of the same length, but made at another time
        Files.writeString(index, " ".repeat((int) Files.size(MODEL.resolve("model_index.json"))));
        save(out);
        requireSame(out, whole);
    }
}
