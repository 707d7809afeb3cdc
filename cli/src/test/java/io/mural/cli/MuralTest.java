package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.InputException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

class MuralTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).matches("mural \\d+\\.\\d+\\.\\d+\\S* \\(Java \\d+.*\\)\\R");
    }

    @Test
    void printsHelp() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: mural").contains("--version");
    }

    @Test
    void badUsageIsOneLineAndExitCode2() {
        assertThat(run("--bogus")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("mural: Unknown option: '--bogus'; see 'mural --help'\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void nothingToDoIsBadUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).isEqualToNormalizingNewlines("mural: say what to do; see 'mural --help'\n");
    }

    @Test
    void whatTheUserCanMendIsOneLineAndExitCode1() {
        assertThat(run("mendable")).isEqualTo(1);
        assertThat(err.toString()).isEqualToNormalizingNewlines("mural: picture.png: no such file\n");
    }

    @Test
    void faultsKeepTheirStackTrace() {
        assertThat(run("faulty")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("java.lang.IllegalStateException: broken")
                .contains("\tat ");
    }

    private int run(String... args) {
        return Mural.commandLine()
                .addSubcommand(new Mendable())
                .addSubcommand(new Faulty())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Command(name = "mendable")
    static final class Mendable implements Runnable {
        @Override
        public void run() {
            throw new InputException("picture.png: no such file");
        }
    }

    @Command(name = "faulty")
    static final class Faulty implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("broken");
        }
    }
}
