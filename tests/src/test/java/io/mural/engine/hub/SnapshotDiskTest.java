package io.mural.engine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotDiskTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    @Test
    void aBranchMeansAWholeCommitOnADiskThatTakesHalfAtEachWrite() throws IOException {
        new Snapshot(FaultyDisk.halving(folder).path(folder), COMMIT).refer("main", COMMIT);
        assertThat(folder.resolve("refs/main")).hasContent(COMMIT);
    }
}
