package io.mural.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The classes that write files by other means than {@code WholeFile}, each of which is known here with the test that makes
 * the disk fail beneath it. A class that is not has to write through {@code WholeFile}, or be added with such a test.
 */
class WritersListTest {
    private static final Pattern WRITES = Pattern.compile(
            "\\bFiles\\.(write|writeString|newOutputStream|newBufferedWriter|newByteChannel|copy|move|createFile)\\("
                    + "|FileOutputStream\\(|RandomAccessFile\\([^;]*\"rw|StandardOpenOption\\.WRITE");

    private static final Set<String> KNOWN = Set.of(
            // by WritersTest, which is about it
            "weights/PartFile",
            // by ResultsDiskTest
            "batch/Results",
            // finished pictures take their names; its lock has no bytes: by BatchKillTest
            "batch/Folder",
            // standard output: by StartTest
            "cli/Pictures",
            "cli/NativeOutput",
            // bytes are hashed as they stand on the disk before they take their name: by PullTest
            "engine/Download",
            "engine/Snapshot",
            "engine/RepositoryLock",
            // by FeatureFileDiskTest
            "evaluate/FeatureFile",
            // pictures that came as bytes, in a file that is read at once and deleted
            "model/ImageFile",
            "model/PngFile",
            // by UnpackingDiskTest
            "nano/Unpacking",
            // to a client: by FaultsTest
            "server/Pictures",
            // by TrainingLogDiskTest
            "train/TrainingLog");

    @Test
    void whatWritesFilesIsKnown() throws IOException {
        Set<String> found = new TreeSet<>();
        for (var module : List.of(
                "batch",
                "cli",
                "engine",
                "evaluate",
                "model",
                "nano",
                "server",
                "tensor",
                "tornado-kernels",
                "train",
                "weights")) {
            for (var file : sources(Path.of("..", module, "src", "main", "java"))) {
                if (WRITES.matcher(Files.readString(file)).find()) {
                    found.add(module + "/" + file.getFileName().toString().replace(".java", ""));
                }
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(KNOWN);
    }

    private static List<Path> sources(Path folder) throws IOException {
        assertThat(folder).isDirectory();
        try (var files = Files.walk(folder)) {
            return new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".java")).toList());
        }
    }
}
