package io.mural.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.disk.FaultyDisk;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard's table on a disk that fails at the n-th write, force or rename: it is there with all lines, or not at all. */
class ResultsDiskTest {
    private static final int LINES = 300;

    @TempDir
    Path folder;

    @Test
    void aTableHasAllLinesOrNoName() throws IOException {
        new Folder(folder).make();
        var place = Folder.table(folder, Shard.WHOLE);
        int failures = 0;
        for (int n = 1; ; n++) {
            var disk = new FaultyDisk(folder, n);
            try (var results = new Results(new Folder(disk.path(folder)), Shard.WHOLE)) {
                for (int i = 0; i < LINES; i++) {
                    results.add(row(i));
                }
                results.publish();
            } catch (IOException | InputException e) {
                assertThat(e).hasMessageContaining("No space left on device");
                failures++;
            }
            assertThat(folder.resolve("_mural/tmp")).isEmptyDirectory();
            if (!disk.failed()) {
                break;
            }
            assertThat(place).as("when step %s fails", n).doesNotExist();
        }
        assertThat(failures).isGreaterThanOrEqualTo(3);
        assertThat(Files.readAllLines(place)).hasSize(LINES);
    }

    private static ResultRow row(int number) {
        var none = Optional.<Double>empty();
        var look = new Row.Look(Optional.empty(), Optional.empty(), Optional.empty(), none, none, none);
        var sources = new Row.Sources(Optional.empty(), List.of(), Optional.empty(), List.of());
        Map<String, Object> cells = Map.of("prompt", "a sea ".repeat(20));
        var row = new Row(number + 1L, "r" + number, "a sea", Optional.empty(), 3, 1, look, sources, cells);
        return ResultRow.failed(row, number, "no", new ResultRow.Work("here", "one", "cpu", 1, none, none));
    }
}
