package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.console.Interrupt;
import io.mural.tensor.InputException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                .isEqualToNormalizingNewlines("mural: unknown option '--bogus'; see 'mural --help'\n");
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
    void faultsAreOneLineToo() {
        assertThat(run("faulty")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("mural: a fault in mural")
                .contains("IllegalStateException: broken");
    }

    @Test
    void verboseAddsTheStackTrace() {
        assertThat(run("--verbose", "faulty")).isEqualTo(1);
        assertThat(err.toString()).startsWith("mural: a fault in mural").contains("\tat ");
    }

    @Test
    void controlCharactersStayOutOfTheTerminal() {
        assertThat(run("hostile")).isEqualTo(1);
        assertThat(err.toString()).isEqualToNormalizingNewlines("mural: a?[2Jb c\n");
    }

    @ParameterizedTest
    @CsvSource({"genrate, generate", "devcies, devices"})
    void unknownCommandsSuggestNearOnes(String typed, String meant) {
        assertThat(run(typed)).isEqualTo(2);
        assertThat(err.toString()).startsWith("mural: unknown command '" + typed + "', did you mean " + meant);
    }

    private int run(String... args) {
        var interrupt = new Interrupt(Thread.currentThread(), new PrintWriter(err));
        return Mural.commandLine(interrupt)
                .addSubcommand(new Mendable())
                .addSubcommand(new Faulty())
                .addSubcommand(new Hostile())
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

    @Command(name = "hostile")
    static final class Hostile implements Runnable {
        @Override
        public void run() {
            throw new InputException("a\u001b[2Jb\nc");
        }
    }
}
