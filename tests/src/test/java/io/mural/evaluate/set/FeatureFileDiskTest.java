package io.mural.evaluate.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.disk.FaultyDisk;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache of features on a disk that fails at the n-th write: what it holds afterwards are whole records. */
class FeatureFileDiskTest {
    private static final int PICTURES = 5;
    private static final int VALUES = 40;

    @TempDir
    Path folder;

    private static Picture picture(int number) {
        return new Picture(Path.of(number + ".png"), 10 + number, 20);
    }

    private static float[] values(int number) {
        var values = new float[VALUES];
        values[number] = 1;
        return values;
    }

    @Test
    void aCacheHoldsWholeRecordsOnly() throws IOException {
        var file = folder.resolve("a.features");
        for (int n = 1; ; n++) {
            Files.deleteIfExists(file);
            var disk = new FaultyDisk(folder, n);
            int put = put(disk.path(file));
            requireHolds(file, put);
            if (!disk.failed()) {
                assertThat(put).isEqualTo(PICTURES);
                break;
            }
        }
        Files.delete(file);
        assertThat(put(FaultyDisk.halving(folder).path(file))).isEqualTo(PICTURES);
        requireHolds(file, PICTURES);
    }

    /** @return how many the file took */
    private static int put(Path file) {
        int done = 0;
        try (var features = FeatureFile.open(file)) {
            for (int i = 0; i < PICTURES; i++) {
                features.put(picture(i), values(i));
                done++;
            }
        } catch (InputException e) {
            assertThat(e).hasMessageContaining("No space left on device");
        }
        return done;
    }

    private static void requireHolds(Path file, int count) {
        try (var features = FeatureFile.open(file)) {
            for (int i = 0; i < PICTURES; i++) {
                assertThat(features.get(picture(i)).isPresent())
                        .as("picture %s of %s", i, count)
                        .isEqualTo(i < count);
                if (i < count) {
                    assertThat(features.get(picture(i)).orElseThrow()).containsExactly(values(i));
                }
            }
        }
    }
}
