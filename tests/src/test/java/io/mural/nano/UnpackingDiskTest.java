package io.mural.nano;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.disk.FaultyDisk;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model of a jar is unpacked on a disk that fails at the n-th write: its folder is there whole, or not at all. */
@Tag("full")
class UnpackingDiskTest {
    private static final int EACH = 12;
    private static final int STRIDE = 397;

    @TempDir
    Path folder;

    @Test
    void theFolderIsWholeOrNotThere() throws IOException {
        int failures = 0;
        // Not at every write of a large file: that takes minutes and says the same.
        for (int n = 1; ; n += n < EACH ? 1 : STRIDE) {
            var cache = Files.createDirectory(folder.resolve("cache-" + n));
            var disk = new FaultyDisk(cache, n);
            try {
                var place = Unpacking.of(NanoModel.class)
                        .into(disk.path(cache))
                        .toFile()
                        .toPath();
                assertThat(place.resolve("mural-nano/mural.json")).isNotEmptyFile();
            } catch (InputException e) {
                failures++;
                assertThat(e).hasMessageContaining("cannot be unpacked to").hasMessageContaining("No space left");
                try (var left = Files.list(cache)) {
                    assertThat(left.map(each -> each.getFileName().toString()))
                            .as("when step %s fails", n)
                            .allMatch(name -> name.endsWith(".lock"));
                }
            }
            if (!disk.failed()) {
                assertThat(failures).isGreaterThan(3);
                return;
            }
        }
    }
}
