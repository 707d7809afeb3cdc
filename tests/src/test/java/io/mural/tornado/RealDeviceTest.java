package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.tornado.InstalledSdk;
import io.mural.model.parity.Parity;
import io.mural.tensor.ConformanceRun;
import io.mural.tensor.Workspace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the emulator's tests ask, asked of TornadoVM's first device in TornadoVM's JVM, where there is an SDK. */
class RealDeviceTest {
    /** Runs there. */
    public static final class Program {
        private Program() {}

        /** @param args {@code conformance}, {@code parity} or {@code picture} */
        public static void main(String[] args) {
            switch (args[0]) {
                case "conformance" -> System.out.println(ConformanceRun.on("tornado:") + " operations conform");
                case "parity" -> parity();
                case "picture" -> picture();
                default -> throw new IllegalArgumentException(args[0]);
            }
        }

        private static void parity() {
            var backend = new TornadoBackend();
            var device = ((io.mural.tensor.Backend.Availability.Available) backend.availability())
                    .devices()
                    .getFirst()
                    .name();
            var parity = new Parity(() -> backend.open(device, 1, new Workspace()), System.out::println);
            Parity.find(List.of(Path.of("../goldens/cases"))).stream()
                    .filter(file -> !file.getFileName().toString().startsWith("nano"))
                    .forEach(parity::run);
        }

        private static void picture() {
            System.out.println("psnr " + Pictures.psnr(Pictures::open));
            try (var ops = Pictures.open()) {
                Pictures.requireLittleTraffic(Pictures.traffic(ops));
                System.out.println("latents in, velocity out");
            }
        }
    }

    @Test
    void everyOperationConforms() throws Exception {
        assertThat(runThere("conformance")).last().asString().matches("\\d{3} operations conform");
    }

    @Test
    void referenceCasesPass() throws Exception {
        assertThat(runThere("parity")).hasSizeGreaterThan(20).allMatch(line -> line.contains("verdict=PASS"));
    }

    @Test
    void aPictureIsTheProcessorsAndAStepMovesLittle() throws Exception {
        var lines = runThere("picture");
        assertThat(lines).last().isEqualTo("latents in, velocity out");
        assertThat(Double.parseDouble(lines.getFirst().substring("psnr ".length())))
                .isGreaterThan(40);
    }

    private static List<String> runThere(String what) throws IOException, InterruptedException {
        var process = InstalledSdk.process(Program.class.getName(), what)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines().toList();
    }
}
