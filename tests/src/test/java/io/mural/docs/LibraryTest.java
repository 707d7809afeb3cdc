package io.mural.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.tornado.InstalledSdk;
import io.mural.model.image.PngFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/library.md is compiled and run, as it stands there. */
class LibraryTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PROGRAM = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @BeforeEach
    void compile() throws IOException {
        var program = PROGRAM.matcher(Files.readString(ROOT.resolve("docs/library.md")));
        assertThat(program.find()).isTrue();
        var source = Files.writeString(folder.resolve("Sunset.java"), program.group(1));
        int errors = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-Xlint:all,-path", "-Werror", "-cp", classPath(), source.toString());
        assertThat(errors).isZero();
    }

    @Test
    void makesAPictureOnTheProcessor() throws Exception {
        makesAPicture(
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(),
                        "Sunset"),
                "cpu");
    }

    @Test
    void makesAPictureWithTornadoVm() throws Exception {
        var process = InstalledSdk.process("Sunset");
        process.command().set(process.command().indexOf("-cp") + 1, classPath());
        makesAPicture(process, "tornado:" + InstalledSdk.backend() + ":0");
    }

    private void makesAPicture(ProcessBuilder program, String device) throws IOException, InterruptedException {
        var file = folder.resolve("sunset.png");
        program.command().addAll(List.of(ROOT.resolve("models/mural-nano").toString(), device, file.toString()));
        var output = folder.resolve("output");
        var process = program.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).endsWith(file + System.lineSeparator());
        var contents = PngFile.contents(file);
        assertThat(contents.width()).isEqualTo(128);
        assertThat(contents.height()).isEqualTo(128);
    }

    /** The program's folder and that of the tests, with absolute paths. */
    private String classPath() {
        return Stream.concat(
                        Stream.of(folder),
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toAbsolutePath()))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
