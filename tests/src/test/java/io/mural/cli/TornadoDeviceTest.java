package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mural.cli.tornado.InstalledSdk;
import io.mural.engine.text.Version;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where mural looks for TornadoVM's SDK, and what it says when it cannot use it. */
@Tag("full")
class TornadoDeviceTest {
    private static final String INSTALL = "install version 5.2.0-jdk25 or newer, such as with 'sdk install tornadovm"
            + " 5.2.0-jdk25-opencl' (or -cuda, -ptx) of sdkman.io";
    private static final String HELP = "; see 'mural generate --help'";

    @TempDir
    private Path folder;

    /** With no SDK but those of {@code environment}. */
    private MuralProcess.Result run(Map<String, String> environment, String... args) {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("TORNADOVM_HOME", "");
        all.putIfAbsent("SDKMAN_DIR", folder.resolve("sdkman").toString());
        return new MuralProcess(folder, MuralProcess.QUICK).run("", all, args);
    }

    private void assertRefused(MuralProcess.Result result, String message) {
        assertThat(result.err()).containsExactly("mural: " + message + HELP);
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
    }

    /** A folder that looks like an SDK. */
    private Path sdk(String name, String version, String... drivers) throws IOException {
        var sdk = folder.resolve(name);
        var jars = Files.createDirectories(sdk.resolve("share/java/tornado"));
        var exports = Files.createDirectories(sdk.resolve("etc/exportLists"));
        Files.createFile(jars.resolve("tornado-api-" + version + ".jar"));
        Files.createFile(jars.resolve("tornado-drivers-common-" + version + ".jar"));
        Files.createFile(exports.resolve("opencl-exports"));
        Files.createFile(exports.resolve("ptx-exports"));
        for (var driver : drivers) {
            Files.createFile(jars.resolve("tornado-drivers-" + driver + "-" + version + ".jar"));
        }
        return sdk;
    }

    @Test
    void worksWithOneVersion() {
        assertThat(Version.tornadoVm()).isEqualTo("5.2.0-jdk25");
    }

    @Test
    void saysHowToInstallAnSdk() {
        var reason = "no TornadoVM SDK found; " + INSTALL + ", or point --tornado-home or TORNADOVM_HOME at one";
        assertRefused(run(Map.of(), "generate", "x", "--device", "tornado"), "--device tornado: " + reason);
        var devices = run(Map.of(), "devices");
        assertThat(devices.exit()).isZero();
        assertThat(devices.lines()).contains("tornado          absent: " + reason);
        var json = Json.parse("devices", run(Map.of(), "devices", "--json").out());
        assertThat(json.objects("absent"))
                .singleElement()
                .satisfies(absence -> assertThat(absence.string("reason")).isEqualTo(reason));
    }

    @Test
    void refusesAFolderThatIsNone() {
        assertRefused(
                run(Map.of(), "generate", "x", "--device", "tornado:opencl", "--tornado-home", folder.toString()),
                "--device tornado:opencl: --tornado-home: " + folder
                        + " is no TornadoVM SDK, share/java/tornado is missing; " + INSTALL);
    }

    @Test
    void refusesAnotherVersion() throws IOException {
        var old = sdk("old", "4.0.0-jdk21", "opencl");
        assertRefused(
                run(Map.of("TORNADOVM_HOME", old.toString()), "generate", "x", "--device", "tornado"),
                "--device tornado: TORNADOVM_HOME: " + old
                        + " is TornadoVM 4.0.0-jdk21, but mural works with 5.2.0-jdk25 and newer; " + INSTALL);
    }

    /** A newer one is tried, and said to be untried. */
    @Test
    void triesANewerVersionAloud() throws IOException {
        assumeThat(Runtime.version().feature()).isEqualTo(25);
        var newer = sdk("newer", "6.1.0", "opencl");
        var result = run(Map.of("TORNADOVM_HOME", newer.toString()), "generate", "x", "--device", "tornado");
        assertThat(result.err())
                .anyMatch(line ->
                        line.startsWith("mural: TornadoVM 6.1.0 is newer than 5.2.0-jdk25, which mural was tried"));
    }

    @Test
    void refusesABackendTheSdkLacks() throws IOException {
        assumeThat(Runtime.version().feature()).isEqualTo(25); // the only JDK that TornadoVM's version takes
        var sdk = sdk("sdk", Version.tornadoVm(), "opencl");
        assertRefused(
                run(Map.of("TORNADOVM_HOME", sdk.toString()), "generate", "x", "--device", "tornado:cuda:1"),
                "--device tornado:cuda:1: the TornadoVM SDK at " + sdk
                        + " has opencl only; choose --device tornado:opencl, or " + INSTALL);
        var empty = sdk("empty", Version.tornadoVm());
        assertRefused(
                run(Map.of("TORNADOVM_HOME", empty.toString()), "generate", "x", "--device", "tornado"),
                "--device tornado: TORNADOVM_HOME: " + empty + " has no driver in share/java/tornado; " + INSTALL);
    }

    @Test
    void theOptionCountsBeforeTheEnvironmentBeforeSdkman() throws IOException {
        var option = sdk("option", "1.0-jdk1", "opencl").toString();
        var variable = sdk("variable", "2.0-jdk2", "opencl").toString();
        sdk("sdkman/candidates/tornadovm/current", "3.0-jdk3", "opencl");
        String[] devices = {"devices", "--tornado-home", option};
        assertThat(run(Map.of("TORNADOVM_HOME", variable), devices).out()).contains("is TornadoVM 1.0-jdk1,");
        assertThat(run(Map.of("TORNADOVM_HOME", variable), "devices").out()).contains("is TornadoVM 2.0-jdk2,");
        assertThat(run(Map.of(), "devices").out()).contains("SDKMAN: ", "is TornadoVM 3.0-jdk3,");
    }

    @Test
    void listsTornadoVmsDevicesWithMemoryAndFormats() {
        var sdk = InstalledSdk.home().toString();
        var devices = run(Map.of(), "devices", "--tornado-home", sdk);
        assertThat(devices.lines())
                .anyMatch(line -> line.matches("tornado:[a-z]+:0 .*: [0-9.]+ GiB, float32.*; keeps weights in .*"));
        assertRefused(
                run(Map.of(), "generate", "x", "--tornado-home", sdk, "--device", "tornado:999"),
                "--device tornado:999: there is no such device; choose cpu or cpu:scalar or "
                        + devices.lines().stream()
                                .map(line -> line.split(" ")[0])
                                .filter(name -> name.matches("tornado:[a-z]+:\\d+"))
                                .collect(Collectors.joining(" or ")));
    }

    private static final String[] SMALL = {"--size", "64x64", "--steps", "1", "--progress", "json"};

    private static String[] generate(String... more) {
        return Stream.of(Stream.of("generate"), Stream.of(more), Stream.of(SMALL))
                .flatMap(words -> words)
                .toArray(String[]::new);
    }

    private static String device(Path picture) {
        return Json.parse("recipe", PngFile.texts(picture).get("mural")).string("device");
    }

    @Test
    void aPictureIsMadeAgainOnItsDevice() throws IOException {
        var sdk = Map.of("TORNADOVM_HOME", InstalledSdk.home().toString());
        var first = run(sdk, generate("a calm sea", "--device", "tornado", "--seed", "1", "-o", "first.png"));
        assertThat(first.exit()).as(String.join("\n", first.err())).isZero();
        assertThat(device(folder.resolve("first.png"))).startsWith("tornado:" + InstalledSdk.backend());
        var again = run(sdk, generate("--from", "first.png", "-o", "again.png"));
        assertThat(again.err()).noneMatch(line -> line.contains("was made on"));
        assertThat(device(folder.resolve("again.png"))).isEqualTo(device(folder.resolve("first.png")));
        assertThat(Files.readAllBytes(folder.resolve("again.png")))
                .isEqualTo(Files.readAllBytes(folder.resolve("first.png")));
        run(sdk, generate("--from", "first.png", "-o", "cpu.png", "--device", "cpu"));
        assertThat(device(folder.resolve("cpu.png"))).isEqualTo("cpu");
    }

    @Test
    void withoutItsDeviceAPictureIsMadeOnTheProcessorAloud() {
        var first = folder.resolve("first.png");
        run(Map.of(), generate("a calm sea", "-o", "first.png"));
        var recipe = PngFile.texts(first).get("mural");
        PngFile.write(
                first,
                ImageFile.read(first),
                Map.of("mural", recipe.replaceFirst("\"device\" ?: ?\"cpu\"", "\"device\":\"tornado:opencl:0\"")));
        assertThat(device(first)).isEqualTo("tornado:opencl:0");
        var again = run(Map.of(), generate("--from", "first.png", "-o", "again.png"));
        assertThat(again.exit()).isZero();
        assertThat(again.err())
                .anyMatch(line -> line.contains("the picture of --from was made on tornado:opencl:0; on cpu it may"
                        + " differ in the last bits; --device chooses another device"));
        assertThat(device(folder.resolve("again.png"))).isEqualTo("cpu");
    }

    @Test
    void tellsWhichDriverIsMissing() {
        var sdk = InstalledSdk.home().toString();
        assumeThat(InstalledSdk.backend()).isEqualTo("opencl");
        var result = run(
                Map.of("OCL_ICD_VENDORS", folder.resolve("none").toString()),
                "plan",
                "--size",
                "256",
                "--tornado-home",
                sdk,
                "--device",
                "tornado:opencl");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err())
                .filteredOn(line -> line.startsWith("mural:"))
                .singleElement()
                .asString()
                .startsWith(
                        "mural: --device tornado:opencl: TornadoVM finds no device: install the GPU's driver for OpenCL");
        assertThat(run(Map.of("OCL_ICD_VENDORS", "none"), "devices", "--tornado-home", sdk)
                        .out())
                .contains("tornado          absent: TornadoVM finds no device");
    }

    @Test
    void tellsWhyTornadoVmsJvmEnded() throws IOException {
        assumeThat(Runtime.version().feature()).isEqualTo(25);
        var broken = sdk("broken", Version.tornadoVm(), "opencl");
        var devices = run(Map.of("TORNADOVM_HOME", broken.toString()), "devices");
        assertThat(devices.exit()).isZero();
        assertThat(devices.lines())
                .filteredOn(line -> line.startsWith("tornado "))
                .singleElement()
                .asString()
                .startsWith("tornado          absent: the JVM of the TornadoVM SDK at " + broken
                        + " ended with exit code 1: Error");
    }
}
