package io.mural.release;

import io.mural.cli.Mural;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** The texts of a release that are made from the program: launchers, completions, and the sources of its man pages. */
public final class Texts {
    /** The line of the source tree's launcher from which on releases have the same. */
    private static final String SHARED = "# --- what releases share";

    private Texts() {}

    /** @param args the folder of the source tree, that of the unpacked release, and one for man pages in AsciiDoc */
    public static void main(String[] args) throws IOException {
        var sources = Path.of(args[0]);
        var release = Path.of(args[1]);
        launchers(sources, Files.createDirectories(release.resolve("bin")));
        completions(Files.createDirectories(release.resolve("completions")));
        manPages(Files.createDirectories(Path.of(args[2])));
    }

    private static void launchers(Path sources, Path bin) throws IOException {
        var own = sources.resolve("release/src/main/launcher");
        var whole = Files.readString(sources.resolve("mural"));
        int cut = whole.indexOf(SHARED);
        if (cut < 0) {
            throw new IllegalStateException("the launcher of the source tree has no line that begins " + SHARED);
        }
        var launcher = bin.resolve("mural");
        Files.writeString(
                launcher, Files.readString(own.resolve("mural")) + whole.substring(whole.indexOf('\n', cut) + 2));
        if (!launcher.toFile().setExecutable(true, false)) {
            throw new IllegalStateException(launcher + " cannot be made executable");
        }
        Files.writeString(
                bin.resolve("mural.bat"),
                Files.readString(own.resolve("mural.bat")).replace("\n", "\r\n"));
    }

    private static void completions(Path folder) throws IOException {
        for (var shell : new String[] {"bash", "zsh", "fish"}) {
            var text = new StringWriter();
            int exit = Mural.commandLine().setOut(new PrintWriter(text)).execute("completion", shell);
            if (exit != 0) {
                throw new IllegalStateException("mural completion " + shell + " ended with " + exit);
            }
            Files.writeString(folder.resolve("mural." + shell), text.toString());
        }
    }

    private static void manPages(Path folder) throws IOException {
        int exit = ManPageGenerator.generateManPage(
                folder.toFile(),
                null,
                new boolean[0],
                false,
                Mural.commandLine().getCommandSpec());
        if (exit != 0) {
            throw new IllegalStateException("the pages of the manual were not made: " + exit);
        }
    }
}
