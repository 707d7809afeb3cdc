package io.mural.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.Mural;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The archives, unpacked and used as a new user would. */
@Tag("full")
class ArchivesTest {
    private static final int COLOURS = 256;

    @TempDir
    private static Path scratch;

    private static Unpacked zip;
    private static Unpacked image;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        zip = Unpacked.of(Files.createDirectory(scratch.resolve("zip")), Unpacked.zip());
        image = Unpacked.of(Files.createDirectory(scratch.resolve("image")), Unpacked.image());
    }

    /** A path on which the shell's own tools are found and no Java is. */
    private static Map<String, String> withoutJava() throws IOException {
        var bin = Files.createDirectories(scratch.resolve("bin"));
        for (var tool : List.of("bash", "dirname", "readlink", "grep", "env", "sync", "touch", "mv", "rm")) {
            for (var place : List.of("/bin", "/usr/bin")) {
                if (Files.exists(Path.of(place, tool)) && !Files.exists(bin.resolve(tool))) {
                    Files.createSymbolicLink(bin.resolve(tool), Path.of(place, tool));
                }
            }
        }
        return Map.of("PATH", bin.toString(), "HOME", scratch.toString());
    }

    @Test
    void theZipMakesAPictureWithAJavaThatItFinds() throws IOException, InterruptedException {
        var here = Map.of("JAVA_HOME", System.getProperty("java.home"));
        assertThat(zip.run(here, "--version").out()).startsWith("mural " + Unpacked.version() + " (");
        makesAPicture(zip, here);
    }

    @Test
    void theImageMakesAPictureWhereThereIsNoJava() throws IOException, InterruptedException {
        var nothing = withoutJava();
        assertThat(image.run(nothing, "--version").out())
                .startsWith("mural " + Unpacked.version() + " (")
                .contains("Java " + Runtime.version());
        makesAPicture(image, nothing);
    }

    private static void makesAPicture(Unpacked mural, Map<String, String> environment)
            throws IOException, InterruptedException {
        var made = mural.run(environment, "generate", "a calm sea", "--seed", "7", "-o", "a sea.png");
        assertThat(made.exit()).as(made.err()).isZero();
        assertThat(made.err()).doesNotContain("WARNING");
        var picture = ImageIO.read(mural.program().resolveSibling("a sea.png").toFile());
        var colours = new HashSet<Integer>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                colours.add(picture.getRGB(x, y));
            }
        }
        assertThat(colours).hasSizeGreaterThan(COLOURS);
    }

    @Test
    void theImageReadsPhotosAndServesPictures() throws IOException, InterruptedException {
        var nothing = withoutJava();
        var command = List.of(
                List.of("generate", "a calm sea", "--size", "64x64", "--steps", "1", "-o", "a photo.jpg"),
                List.of("generate", "at night", "--init-image", "a photo.jpg", "--steps", "2", "-o", "night.png"),
                List.of("serve", "--help"));
        for (var args : command) {
            var run = image.run(nothing, args.toArray(String[]::new));
            assertThat(run.exit()).as(run.err()).isZero();
        }
    }

    /** Else they would start as slowly as without it, and nobody would know. */
    @Test
    void theImageStartsFromItsClassCaches() throws IOException, InterruptedException {
        var log = Map.of("MURAL_JAVA_OPTS", "-Xlog:class+load=info:stderr");
        var environment = new java.util.HashMap<>(withoutJava());
        environment.putAll(log);
        for (var args : List.of(List.of("--version"), List.of("devices"))) {
            var loaded = image.run(environment, args.toArray(String[]::new))
                    .err()
                    .lines()
                    .toList();
            long shared = loaded.stream()
                    .filter(line -> line.contains("source: shared objects file"))
                    .count();
            long other = loaded.stream()
                    .filter(line -> line.contains("io.mural.") && line.contains("mural.jar"))
                    .count();
            assertThat(shared).as("classes from the cache of %s", args).isGreaterThan(1000);
            assertThat(other).as("classes from the jar in %s", args).isLessThan(30);
        }
    }

    @Test
    void withoutAJavaTheZipSaysWhatToInstall() throws IOException, InterruptedException {
        var nothing = new java.util.HashMap<>(withoutJava());
        // Whatever is installed in the usual folders counts too: a release of the future needs more than that.
        var launcher = Files.readString(zip.folder().resolve("bin/mural"));
        assertThat(launcher)
                .contains("readonly NEEDED=25", "readonly TOOLS='java'")
                .doesNotContain("mvn");
        var later = zip.folder().resolve("bin/later");
        Files.writeString(later, launcher.replace("readonly NEEDED=25", "readonly NEEDED=999"));
        var said = Unpacked.run(scratch, scratch, nothing, List.of("bash", later.toString(), "--version"));
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err())
                .isEqualTo("mural: no JDK 999 or newer found: install one, such as Temurin 999 from"
                        + " https://adoptium.net, or point JAVA_HOME at it\n");
    }

    /** The names of all commands, those of commands too. */
    private static List<String> commands(CommandLine above, String prefix) {
        List<String> names = new ArrayList<>();
        above.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                names.add(prefix + name);
                names.addAll(commands(command, prefix + name + "-"));
            }
        });
        return names;
    }

    @Test
    void completionsAndTheManualKnowEveryCommand() throws IOException {
        var commands = commands(Mural.commandLine(), "");
        assertThat(commands).contains("generate", "edit", "serve", "evaluate-protocol", "models-rm");
        for (var release : List.of(zip, image)) {
            var manual = Files.readString(release.folder().resolve("man/man1/mural.1"));
            assertThat(manual).startsWith("'\\\" t").contains("\\fBmural\\fP");
            for (var command : commands) {
                var page = release.folder().resolve("man/man1/mural-" + command + ".1");
                assertThat(page).content().contains(".SH \"SYNOPSIS\"", ".SH \"OPTIONS\"");
                var last = command.substring(command.lastIndexOf('-') + 1);
                for (var shell : List.of("bash", "zsh", "fish")) {
                    assertThat(release.folder().resolve("completions/mural." + shell))
                            .content()
                            .containsPattern("\\b" + last + "\\b");
                }
                if (!command.contains("-")) {
                    assertThat(manual).contains("\\fB" + command + "\\fP");
                }
            }
        }
    }

    @Test
    void theBatchFileNamesWhatIsThere() throws IOException {
        var bat = Files.readString(zip.folder().resolve("bin/mural.bat"));
        assertThat(bat.lines().count()).isEqualTo(bat.split("\r\n", -1).length - 1);
        assertThat(bat).contains("jdk.incubator.vector", "-Dmural.home=%ROOT%", "%ROOT%\\mural.jar");
        assertThat(zip.folder().resolve("mural.jar")).exists();
        assertThat(zip.folder().resolve("models/mural-nano/mural.json")).exists();
    }

    @Test
    void thePartsListNamesEveryJar() throws IOException {
        var parts = Json.parse(
                "parts", Files.readString(zip.folder().resolve("mural-" + Unpacked.version() + ".cdx.json")));
        assertThat(parts.string("bomFormat")).isEqualTo("CycloneDX");
        var listed = parts.objects("components").stream()
                .map(part -> part.string("name") + "-" + part.string("version") + ".jar")
                .toList();
        try (Stream<Path> jars = Files.list(zip.folder().resolve("lib"))) {
            assertThat(jars.map(jar -> jar.getFileName().toString())).allMatch(listed::contains);
        }
    }

    @Test
    void theChecksumsAreThoseOfTheFiles() throws IOException, InterruptedException {
        var check = Unpacked.run(
                scratch, Path.of("target").toAbsolutePath(), Map.of(), List.of("sha256sum", "-c", "SHA256SUMS"));
        assertThat(check.exit()).as(check.err()).isZero();
        assertThat(check.out().lines()).hasSize(3).allMatch(line -> line.endsWith(": OK"));
    }
}
