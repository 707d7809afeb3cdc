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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/library.md are compiled and run as they stand there. */
class LibraryTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PROGRAM = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @BeforeEach
    void compile() throws IOException {
        var programs = PROGRAM.matcher(Files.readString(ROOT.resolve("docs/library.md")));
        for (var name : List.of("Sunset", "Sea")) {
            assertThat(programs.find()).as(name).isTrue();
            var source = Files.writeString(folder.resolve(name + ".java"), programs.group(1));
            int errors = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-Xlint:all,-path", "-Werror", "-cp", classPath(), source.toString());
            assertThat(errors).isZero();
        }
    }

    /** The first program has the lines that its page promises, and makes a picture of the model's own size. */
    @Test
    void fiveLinesMakeAPicture() throws Exception {
        var program = Files.readString(folder.resolve("Sunset.java"));
        assertThat(program.lines().skip(2).filter(line -> !line.isBlank())).hasSize(5);
        Files.createSymbolicLink(folder.resolve("models"), ROOT.resolve("models"));
        run(onTheProcessor("Sunset"));
        var contents = PngFile.contents(folder.resolve("sunset.png"));
        assertThat(contents.width()).isEqualTo(256);
        assertThat(contents.texts()).containsKey("mural");
    }

    @Tag("full")
    @Test
    void makesAPictureOnTheProcessor() throws Exception {
        makesAPicture(onTheProcessor("Sea"), "cpu");
    }

    @Tag("full")
    @Test
    void namesTheOptionForTheVectorApi() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var file = folder.resolve("sea.png").toString();
        var program = new ProcessBuilder(
                java,
                "-cp",
                classPath(),
                "Sea",
                ROOT.resolve("models/mural-nano").toString(),
                "cpu",
                file);
        var output = folder.resolve("output");
        assertThat(program.redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start()
                        .waitFor())
                .isNotZero();
        assertThat(Files.readString(output)).contains("InputException", "--add-modules jdk.incubator.vector");
    }

    private ProcessBuilder onTheProcessor(String program) {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                program);
    }

    @Test
    void makesAPictureWithTornadoVm() throws Exception {
        var process = InstalledSdk.process("Sea");
        process.command().set(process.command().indexOf("-cp") + 1, classPath());
        makesAPicture(process, "tornado:" + InstalledSdk.backend() + ":0");
    }

    private void makesAPicture(ProcessBuilder program, String device) throws IOException, InterruptedException {
        var file = folder.resolve("sea.png");
        program.command().addAll(List.of(ROOT.resolve("models/mural-nano").toString(), device, file.toString()));
        assertThat(run(program)).contains(" MiB, ", "DENOISE 4/4").endsWith(file + System.lineSeparator());
        var contents = PngFile.contents(file);
        assertThat(contents.width()).isEqualTo(128);
        assertThat(contents.height()).isEqualTo(128);
    }

    private String run(ProcessBuilder program) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var process = program.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        return Files.readString(output);
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
