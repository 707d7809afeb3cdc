package io.mural.cli.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildCommandTest {
    @TempDir
    private Path folder;

    private List<String> command(List<String> backends) {
        return ChildCommand.process(new Sdk(folder, backends), backends, "Main", List.of())
                .command();
    }

    private void jar(String name) throws IOException {
        Files.createFile(
                Files.createDirectories(folder.resolve("share/java/tornado")).resolve(name));
    }

    /** Every SDK has the modules' jars, but their native halves come with the CUDA backend alone. */
    @Test
    void librariesComeWithTheCudaBackend() throws IOException {
        jar("tornado-cublas-5.2.0-jdk25.jar");
        jar("tornado-cudnn-5.2.0-jdk25.jar");
        assertThat(command(List.of("cuda")))
                .contains(
                        "--add-modules=tornado.runtime,tornado.annotation,tornado.drivers.common,tornado.drivers.cuda,"
                                + "tornado.cublas,tornado.cudnn")
                .contains("--enable-native-access=ALL-UNNAMED,tornado.drivers.cuda,tornado.cublas,tornado.cudnn");
        assertThat(command(List.of("opencl", "ptx")))
                .noneMatch(option -> option.contains("tornado.cublas") || option.contains("tornado.cudnn"));
    }

    @Test
    void anSdkMayLackThem() throws IOException {
        jar("tornado-api-5.2.0-jdk25.jar");
        assertThat(command(List.of("cuda")))
                .noneMatch(option -> option.contains("tornado.cublas") || option.contains("tornado.cudnn"));
    }
}
