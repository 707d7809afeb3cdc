package io.mural.weights.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path folder;

    private static WholeFile.Body bytes(String text) {
        return channel -> channel.write(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    /** Writes half a file and waits; a program of its own, to be killed. */
    static final class HalfWriter {
        private HalfWriter() {}

        public static void main(String[] args) {
            WholeFile.write(Path.of(args[0]), channel -> {
                channel.write(ByteBuffer.wrap(new byte[100]));
                System.out.println("written");
                System.in.read();
            });
        }
    }

    /** Keeps a name and waits; a program of its own, to be killed. */
    static final class Keeper {
        private Keeper() {}

        public static void main(String[] args) throws IOException {
            System.out.println(WholeFile.reserve(Path.of(args[0])) ? "written" : "taken");
            System.in.read();
        }
    }

    private Process halfWriter(String name) throws IOException {
        return process(HalfWriter.class, name);
    }

    private Process process(Class<?> program, String name) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        folder.resolve(name).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("written");
        return process;
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndWhatALivingOneWritesStays() throws IOException, InterruptedException {
        var living = halfWriter("living.png");
        var killed = halfWriter("killed.png");
        try {
            assertThat(folder.toFile().list()).hasSize(2);
            WholeFile.write(folder.resolve("a"), bytes("a"));
            assertThat(folder.toFile().list()).hasSize(3);

            killed.destroyForcibly().waitFor();
            WholeFile.write(folder.resolve("a"), bytes("b"));
            assertThat(folder.toFile().list()).hasSize(2);

            living.getOutputStream().write('\n');
            living.getOutputStream().close();
            assertThat(living.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a", "living.png");
        } finally {
            living.destroyForcibly();
            killed.destroyForcibly();
        }
    }

    @Test
    void aNameIsKeptByOneProcessUntilItEnds() throws IOException, InterruptedException {
        var file = folder.resolve("one-name.png");
        var keeper = process(Keeper.class, "one-name.png");
        try {
            assertThat(WholeFile.reserve(file)).isFalse();
            assertThat(WholeFile.reserve(folder.resolve("other.png"))).isTrue();
        } finally {
            keeper.destroyForcibly().waitFor();
        }
        assertThat(WholeFile.reserve(file)).isTrue();
        assertThat(WholeFile.reserve(file)).isTrue();
    }

    @Test
    void otherProgramsFilesAreLeftAlone() throws IOException {
        var others = new String[] {".a.part", ".a." + UUID.randomUUID() + ".part", "a.part"};
        for (var other : others) {
            Files.writeString(folder.resolve(other), "x");
        }
        WholeFile.write(folder.resolve("a"), bytes("a"));
        assertThat(folder.toFile().list()).contains(others).hasSize(4);
    }

    @Test
    void theLongestNamesOfTheFileSystemWork() throws IOException {
        for (var name : new String[] {"n".repeat(255), "é".repeat(127), "🐉".repeat(63)}) {
            WholeFile.write(folder.resolve(name), bytes("whole"));
            assertThat(folder.resolve(name)).hasContent("whole");
        }
    }

    @Test
    void aNameThatIsTooLongIsFoundBeforehand() {
        assertThatThrownBy(() -> WholeFile.check(folder.resolve("n".repeat(256))))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith(": cannot be written: File name too long");
        assertThatThrownBy(() -> WholeFile.check(folder.resolve("é".repeat(128))))
                .hasMessageContaining("too long");
    }

    @Test
    void aWriterInsideAWriterKeepsBoth() {
        WholeFile.write(folder.resolve("outer"), channel -> {
            WholeFile.write(folder.resolve("inner"), bytes("inner"));
            channel.write(ByteBuffer.wrap(new byte[1]));
        });
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("outer", "inner");
    }
}
