package io.mural.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Input;
import io.mural.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server keeps, on a disk that fails at the n-th write, force or rename. */
class JobFolderDiskTest {
    @TempDir
    Path folder;

    @Test
    void whatAClientSentIsThereWholeOrNotAtAll() throws IOException {
        var sent = new byte[300_000];
        int failures = 0;
        for (int n = 1; ; n++) {
            var disk = new FaultyDisk(folder, n);
            var jobs = new JobFolder(disk.path(folder));
            try {
                jobs.saveInput("a", "input-0.png", Input.of("input-0.png", sent));
            } catch (IllegalStateException e) {
                failures++;
                assertThat(e).hasMessageContaining("cannot be written: No space left on device");
                assertThat(folder.resolve("a")).isEmptyDirectory();
            }
            if (!disk.failed()) {
                break;
            }
            Files.deleteIfExists(folder.resolve("a/input-0.png"));
        }
        assertThat(failures).isGreaterThanOrEqualTo(3);
        assertThat(folder.resolve("a/input-0.png")).hasBinaryContent(sent);
    }
}
