package io.mural.cli;

import io.mural.TooLarge;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.console.NativeOutput;
import io.mural.cli.console.OneLine;
import io.mural.cli.console.Spelling;
import io.mural.tensor.InputException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the user sees when a command fails: one line on stderr, and an exit code. */
final class Failures {
    static final int FAILED = 1;
    static final int BAD_USAGE = 2;
    private static final int INTERRUPTED = 130;

    private static final Pattern CHOICES =
            Pattern.compile("expected one of \\[(.*)] \\(case-insensitive\\) but was ('.*')$");

    private final Interrupt interrupt;

    Failures(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    /** @param place where the value stands, if not on the command line */
    int badUsage(ParameterException e, String place) {
        return badUsage(
                e.getCommandLine(), (e instanceof UnmatchedArgumentException u ? unmatched(u) : plain(e)) + place);
    }

    /** The message of picocli in the words of users. */
    private static String plain(ParameterException e) {
        return CHOICES.matcher(e.getMessage())
                .replaceFirst(match -> Matcher.quoteReplacement(
                        match.group(2) + " is none of " + match.group(1).toLowerCase(Locale.ROOT)))
                .replaceFirst("^Invalid value for (?:option '([^']+)'|.*\\((\\w+)\\)): ", "$1$2: ")
                .replaceFirst("^Unknown subcommand ('[^']*')\\.$", "unknown command $1")
                .replaceFirst("is not an? (int|long)$", "is no whole number in range")
                .replaceFirst("'(-?\\d+),(\\d+)' is not a double$", "'$1,$2' is no number; write $1.$2")
                .replaceFirst("is not a double$", "is no number")
                .replaceFirst("^Missing required parameter for option '([^']+)' \\((.*)\\)$", "$1 needs a value, $2")
                .replaceFirst("^option ('[^']+') \\(.*\\) should be specified only once$", "$1 is given twice");
    }

    private static String unmatched(UnmatchedArgumentException e) {
        var first = e.getUnmatched().getFirst();
        boolean option = e.isUnknownOption();
        boolean command = !option && !e.getCommandLine().getSubcommands().isEmpty();
        var what = option ? "unknown option " : command ? "unknown command " : "unexpected argument ";
        var near = e.getSuggestions();
        return what + "'" + first + "'" + (near.isEmpty() ? "" : ", did you mean " + String.join(" or ", near) + "?");
    }

    /** @param stackTraces whether to add the stack trace of what is no fault of the user */
    int failed(Throwable e, CommandLine command, boolean stackTraces) {
        if (interrupt.requested()) {
            // The thread of Ctrl-C says so, and the JVM gives the exit code.
            return INTERRUPTED;
        }
        if (e instanceof BadUsage) {
            return badUsage(command, e.getMessage());
        }
        if (e instanceof InputException input && input.field().isPresent() && !(e instanceof TooLarge)) {
            return badUsage(command, Spelling.of(input.getMessage()));
        }
        say(command.getErr(), message(e));
        if (stackTraces) {
            e.printStackTrace(command.getErr());
            NativeOutput.log().lines().forEach(line -> command.getErr().println("driver: " + OneLine.of(line)));
        }
        return FAILED;
    }

    private static int badUsage(CommandLine command, String message) {
        say(command.getErr(), message + "; see '" + command.getCommandSpec().qualifiedName() + " --help'");
        return BAD_USAGE;
    }

    private static String message(Throwable e) {
        return switch (e) {
            case InputException input -> Spelling.of(input.getMessage());
            case UncheckedIOException io ->
                io.getMessage() + " (" + io.getCause().getMessage() + ")";
            case OutOfMemoryError memory ->
                "out of memory (" + memory.getMessage() + "); choose a smaller --size, or close other programs";
            case InternalError fault
            when isMappedFileFault(fault) ->
                "a model file became shorter, or its disk failed, while it was in use; check the file and run again";
            default -> "a fault in mural, please report it: " + e + "; --verbose shows where";
        };
    }

    /** What the JVM throws for SIGBUS: the mapped file has no such page any more, or cannot be read. */
    private static boolean isMappedFileFault(InternalError fault) {
        return fault.getMessage() != null && fault.getMessage().contains("unsafe memory access");
    }

    private static void say(PrintWriter err, String message) {
        err.println("mural: " + OneLine.of(message));
        err.flush();
    }
}
