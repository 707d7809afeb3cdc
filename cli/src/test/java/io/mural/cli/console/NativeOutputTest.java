package io.mural.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What native code prints to stdout goes to the log, and faults in it are found; in a JVM of its own. */
class NativeOutputTest {
    /** Runs there. */
    public static final class Program {
        private static final String FAULT =
                "[TornadoVM-CUDA-JNI] ERROR : cuLaunchKernel -> Returned: 701 (CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES)";

        private Program() {}

        public static void main(String[] args) throws IOException {
            NativeOutput.divert();
            System.out.println("before: " + NativeOutput.fault());
            print("looking around\n[TornadoVM-CUDA-JNI] ERROR : cuMemHostRegister -> Returned: 712\n");
            System.out.println("harmless: " + NativeOutput.fault());
            print(FAULT.substring(0, 20));
            System.out.println("half a line: " + NativeOutput.fault());
            print(FAULT.substring(20) + "\n");
            System.out.println("whole: " + NativeOutput.fault().equals(java.util.Optional.of(FAULT)));
            print("[TornadoVM-CUDA-JNI] ERROR : cuMemcpyDtoHAsync -> Returned: 700\n");
            System.out.println("the first stays: " + NativeOutput.fault().equals(java.util.Optional.of(FAULT)));
            System.out.println("log: " + NativeOutput.log().lines().count() + " lines");
            var bytes = new byte[200_000];
            java.util.Arrays.fill(bytes, (byte) 'x');
            System.out.write(bytes);
            System.out.flush();
        }

        /** As native code does: by the number. */
        private static void print(String text) throws IOException {
            try (var out = new java.io.FileOutputStream("/dev/fd/1", true)) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void findsWhatFailed() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(File.pathSeparator, classPath()),
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(out.lines().limit(6))
                .containsExactly(
                        "before: Optional.empty",
                        "harmless: Optional.empty",
                        "half a line: Optional.empty",
                        "whole: true",
                        "the first stays: true",
                        "log: 4 lines");
        assertThat(out.lines().skip(6).findFirst().orElseThrow()).hasSize(200_000);
    }

    private static List<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .toList();
    }
}
