package io.mural.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    @TempDir
    Path folder;

    private void write(String file, String text) throws IOException {
        var path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private long groups() {
        return Memory.groups(folder.resolve("own"), folder.resolve("mount"));
    }

    @Test
    void aLimitBelowTheRootOfVersionTwoCounts() throws IOException {
        write("own", "0::/system.slice/run.scope\n");
        write("mount/system.slice/memory.max", "max\n");
        write("mount/system.slice/memory.current", "700\n");
        write("mount/system.slice/run.scope/memory.max", "500\n");
        write("mount/system.slice/run.scope/memory.current", "200\n");
        write("mount/system.slice/run.scope/memory.stat", "anon 1\ninactive_file 50\n");
        assertThat(groups()).isEqualTo(350);
        write("mount/system.slice/memory.max", "800\n");
        assertThat(groups()).isEqualTo(100);
    }

    @Test
    void aLimitOfVersionOneCounts() throws IOException {
        write("own", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n");
        write("mount/memory/docker/abc/memory.limit_in_bytes", "1000\n");
        write("mount/memory/docker/abc/memory.usage_in_bytes", "400\n");
        write("mount/memory/docker/abc/memory.stat", "inactive_file 1\ntotal_inactive_file 30\n");
        assertThat(groups()).isEqualTo(630);
    }

    @Test
    void aContainerThatSeesItsGroupAsTheRootCountsToo() throws IOException {
        write("own", "4:memory:/docker/elsewhere\n0::/../other\n");
        write("mount/memory/memory.limit_in_bytes", "100\n");
        write("mount/memory/memory.usage_in_bytes", "40\n");
        assertThat(groups()).isEqualTo(60);
        write("mount/memory.max", "90\n");
        write("mount/memory.current", "40\n");
        assertThat(groups()).isEqualTo(50);
    }

    @Test
    void withoutGroupsNothingIsLimited() {
        assertThat(groups()).isEqualTo(Long.MAX_VALUE);
    }
}
