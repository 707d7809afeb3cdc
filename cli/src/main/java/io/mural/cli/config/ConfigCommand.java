package io.mural.cli.config;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mural config}: the user's own defaults and presets. */
@Command(
        name = "config",
        description = {
            "Says which defaults and presets hold, and from which line of which file.",
            "The file has lines KEY = VALUE, where KEY is an option without its dashes. Above all headings they hold for"
                    + " every command that has the option, under [COMMAND] for that command, under [preset NAME] where"
                    + " --preset names them. Options of the command line go first."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  mural config", "  mural generate \"a calm sea\" --preset draft"})
public final class ConfigCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** The file of this process's user. */
    public static ConfigFile file() {
        return ConfigFile.of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    @Override
    public void run() {
        var file = file();
        var out = spec.commandLine().getOut();
        out.println(file.path() + (file.isThere() ? "" : ": not there; no defaults hold"));
        for (var entry : file.entries()) {
            out.printf("  line %-4d %-24s --%s %s%n", entry.line(), whose(entry), entry.key(), entry.value());
        }
        out.flush();
    }

    private static String whose(ConfigFile.Entry entry) {
        return entry.isForAll() ? "every command" : entry.isPreset() ? "--preset " + entry.preset() : "mural " + entry.section();
    }
}
