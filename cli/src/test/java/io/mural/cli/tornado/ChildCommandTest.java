package io.mural.cli.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildCommandTest {
    @TempDir
    private Path folder;

    private List<String> command(List<String> backends) {
        return ChildCommand.process(new Sdk(folder, backends, Optional.empty()), backends, "Main", List.of())
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
        jar("tornado-runtime-5.2.0-jdk25.jar");
        jar("tornado-annotation-5.2.0-jdk25.jar");
        jar("tornado-drivers-common-5.2.0-jdk25.jar");
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

    /** Later SDKs have no modules of the Graal compiler, no lists of exports and fewer modules. */
    @Test
    void optionsAreThoseThatTheSdkHas() throws IOException {
        jar("tornado-api-7.1.0.jar");
        jar("tornado-runtime-7.1.0.jar");
        assertThat(command(List.of("cuda")))
                .contains("--add-modules=tornado.runtime,tornado.drivers.cuda")
                .noneMatch(option -> option.contains("JVMCI") || option.contains("upgrade") || option.startsWith("@"));
        Files.createDirectories(folder.resolve("share/java/graalJars"));
        var lists = Files.createDirectories(folder.resolve("etc/exportLists"));
        Files.createFile(lists.resolve("common-exports"));
        Files.createFile(lists.resolve("cuda-exports"));
        assertThat(command(List.of("cuda")))
                .contains("-XX:+EnableJVMCI", "--upgrade-module-path=" + folder.resolve("share/java/graalJars"))
                .contains("@" + lists.resolve("common-exports"), "@" + lists.resolve("cuda-exports"));
    }

    @Test
    void versionsAreComparedByNumber() {
        var tested = SdkVersion.of("5.2.0-jdk25").orElseThrow();
        assertThat(SdkVersion.of("5.1.9-jdk25").orElseThrow().isBefore(tested)).isTrue();
        assertThat(SdkVersion.of("5.10.0-jdk25").orElseThrow().isBefore(tested)).isFalse();
        assertThat(SdkVersion.of("6.0.0").orElseThrow().runsOn(26)).isTrue();
        assertThat(SdkVersion.of("5.2.0-jdk21").orElseThrow().runsOn(25)).isFalse();
        assertThat(SdkVersion.of("nonsense")).isEmpty();
    }
}
