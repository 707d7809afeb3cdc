package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions of the launcher, with a JVM in place of the real one that prints its arguments. */
class LauncherTest {
    @TempDir
    Path folder;

    /** What a script prints that has read the launcher's functions; null when it runs longer than the seconds given. */
    private String bash(int seconds, String script, String... args) throws IOException, InterruptedException {
        var out = folder.resolve("out.txt");
        var command =
                new java.util.ArrayList<String>(java.util.List.of("bash", "-c", "source ../mural; " + script, "mural"));
        command.addAll(java.util.List.of(args));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().put("HERE", folder.toString());
        builder.environment().remove("LC_ALL");
        var process = builder.start();
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            return null;
        }
        return Files.readString(out, StandardCharsets.UTF_8).strip();
    }

    @ParameterizedTest
    @CsvSource({
        "--verbose generate x, compute",
        "generate x --verbose, compute",
        "--verbose inspect x, light",
        "--verbose, light",
        "generate x --help, light",
        "generate -- --help, compute",
        "upscale x, compute",
        "tokenize x, light",
    })
    void theKindOfStartDoesNotHangOnTheOrderOfWords(String words, String kind) throws Exception {
        assertThat(bash(20, "kind_of \"$@\"", words.split(" "))).isEqualTo(kind);
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1 12345", "999999999 1", "$$"})
    void aLockOfNobodyIsTakenAway(String owner) throws Exception {
        var printed = bash(
                60,
                "mkdir $HERE/lock; [ -z \"" + owner + "\" ] || echo \"" + owner + "\" >$HERE/lock/owner; lock $HERE;"
                        + " [ \"$(cat $HERE/lock/owner)\" = \"$$ $(start_of $$)\" ] && echo mine; ls $HERE");
        assertThat(printed).contains("mine").doesNotContain("taken");
    }

    @Tag("full")
    @Test
    void aLockOfARunningBuildIsWaitedFor() throws Exception {
        assertThat(bash(
                        6,
                        "mkdir $HERE/lock; echo \"$PPID $(start_of $PPID)\" >$HERE/lock/owner; lock $HERE; echo mine"))
                .isNull();
        assertThat(Files.readString(folder.resolve("out.txt"))).contains("waiting for another build");
    }

    @ParameterizedTest
    @CsvSource({"xx_XX.UTF-8, ''", "'', UTF-8", "xx_XX, xx_XX.UTF-8", "C, ''", "'', ''"})
    void whateverTheLocaleSaysPromptsStayReadable(String lang, String ctype) throws Exception {
        var printed = bash(
                20,
                "unset LANG LC_CTYPE; [ -z '" + lang + "' ] || LANG='" + lang + "'; [ -z '" + ctype
                        + "' ] || LC_CTYPE='" + ctype + "'; use_readable_locale; echo \"$LC_ALL\"");
        assertThat(printed.lines().toList().getLast()).matches("(?i).*utf-?8");
    }

    private String start(String before, String... args) throws IOException, InterruptedException {
        var java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.createDirectories(folder.resolve("dist"));
        return bash(20, before + "; start $HERE $HERE/jdk $HERE/dist \"$@\"", args);
    }

    /** Maven is a script that leaves half a jar, as one that is stopped does, and then a whole one. */
    @Test
    void whatAStoppedBuildLeftIsMadeAnew() throws Exception {
        var mvn = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
        Files.writeString(mvn, """
                #!/bin/sh
                mkdir -p cli/target/lib
                if [ -e cli/target/mural.jar ]; then exit 1; fi
                if [ ! -e stopped ]; then : > cli/target/mural.jar; : > stopped; kill -9 $$; fi
                echo whole > cli/target/mural.jar
                """);
        assertThat(mvn.toFile().setExecutable(true)).isTrue();
        var build = "root=$HERE; PATH=$HERE/bin:$PATH; work=$root/target/mural; mkdir -p $work;"
                + " make_dist $root jdk $work; echo $?; cat $work/dist-*/mural.jar";
        assertThat(bash(20, build)).contains("\n1\n").doesNotContain("whole");
        assertThat(bash(20, build)).isEqualTo("0\nwhole");
        assertThat(folder.resolve("target/mural/unfinished")).doesNotExist();
    }

    @Test
    void moreOptionsForTheJvmAreSplitAndNotExpanded() throws Exception {
        assertThat(start("MURAL_JAVA_OPTS='-Da=*  -Db=$HOME\n-Dc=?'", "inspect", "two words"))
                .contains("<-Da=*>", "<-Db=$HOME>", "<-Dc=?>", "<two words>");
        assertThat(start("MURAL_JAVA_OPTS=", "--verbose", "generate", "x"))
                .contains("<jdk.incubator.vector>", "<--verbose>")
                .doesNotContain("<>");
    }

    @Test
    void aClassCacheThatChangedIsMadeAnew() throws Exception {
        start(":", "inspect", "x");
        Path cache;
        try (var files = Files.list(folder.resolve("dist"))) {
            cache = files.filter(file -> file.toString().endsWith(".aot"))
                    .findFirst()
                    .orElseThrow();
        }
        var made = Files.getLastModifiedTime(cache);
        start(":", "inspect", "x");
        assertThat(Files.getLastModifiedTime(cache)).isEqualTo(made);
        Files.write(cache, new byte[1000]);
        assertThat(start(":", "inspect", "x")).doesNotContain("-XX:AOTCache=");
        assertThat(cache).isEmptyFile();
    }

    @Test
    void closedStreamsAreNotGivenToOtherFiles() throws Exception {
        assertThat(bash(20, "(exec <&- >&-; open_streams; readlink /proc/$BASHPID/fd/0 /proc/$BASHPID/fd/1 >&2)"))
                .isEqualTo("/dev/null\n/dev/null");
        assertThat(bash(20, "(exec >&-; open_streams; echo x) || echo failed >&2"))
                .contains("failed");
    }
}
