package io.mural.cli;

import io.mural.tensor.InputException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The command {@code mural} and the rules all its subcommands share: exit code 0 when the work is done, 1 when it
 * failed, 2 when the command line makes no sense; an error is one line on stderr.
 */
@Command(
        name = "mural",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Makes pictures from text with FLUX models, on the JVM.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {})
public final class Mural implements Runnable {
    static final int FAILED = 1;
    static final int BAD_USAGE = 2;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        Stderr.restore();
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, ready to execute; its writers are stdout and stderr unless changed. */
    static CommandLine commandLine() {
        return new CommandLine(new Mural())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Mural::badUsage)
                .setExecutionExceptionHandler(Mural::failed);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do");
    }

    private static int badUsage(ParameterException e, String[] args) {
        var command = e.getCommandLine();
        say(
                command.getErr(),
                e.getMessage() + "; see '" + command.getCommandSpec().qualifiedName() + " --help'");
        return BAD_USAGE;
    }

    /** What the user can mend is one line; anything else is a fault of mural and keeps its stack trace. */
    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof InputException) {
            say(command.getErr(), e.getMessage());
        } else {
            e.printStackTrace(command.getErr());
        }
        return FAILED;
    }

    private static void say(PrintWriter err, String message) {
        err.println("mural: " + message);
        err.flush();
    }
}
