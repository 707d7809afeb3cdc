package io.mural.cli.generate;

import picocli.CommandLine.Model.CommandSpec;

/** The option {@code --verbose}, which belongs to all commands. */
final class Verbose {
    private Verbose() {}

    static boolean in(CommandSpec command) {
        return command.findOption("--verbose").<Boolean>getValue();
    }
}
