package io.mural.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Completions for fish, which picocli does not write: a line for each command and option, with its description. Values
 * are completed as files where an option does not list them.
 */
final class FishCompletion {
    private final String program;
    private final StringBuilder script = new StringBuilder();

    private FishCompletion(String program) {
        this.program = program;
    }

    static String script(String program, CommandLine root) {
        var completion = new FishCompletion(program);
        completion.add(root, List.of());
        return completion.script.toString();
    }

    /** @param path the names of the command and of those above it, without the program's */
    private void add(CommandLine command, List<String> path) {
        var below = command.getSubcommands();
        for (var name : below.keySet()) {
            var spec = below.get(name).getCommandSpec();
            if (!spec.usageMessage().hidden()) {
                line(before(path, below.keySet().stream().toList()), "-f -a " + name, description(spec));
            }
        }
        for (var option : command.getCommandSpec().options()) {
            if (!option.hidden()) {
                line(within(path), switches(option), first(option.description()));
            }
        }
        for (var name : below.keySet()) {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            add(below.get(name), longer);
        }
    }

    private void line(String condition, String what, String description) {
        script.append("complete -c ").append(program);
        if (!condition.isEmpty()) {
            script.append(" -n '").append(condition).append('\'');
        }
        script.append(' ').append(what).append(" -d '").append(quoted(description)).append("'\n");
    }

    /** True in fish while the words name this command and none below it. */
    private static String before(List<String> path, List<String> below) {
        return path.isEmpty()
                ? "__fish_use_subcommand"
                : within(path) + "; and not __fish_seen_subcommand_from " + String.join(" ", below);
    }

    private static String within(List<String> path) {
        return path.stream().map(name -> "__fish_seen_subcommand_from " + name).collect(Collectors.joining("; and "));
    }

    private static String switches(OptionSpec option) {
        var words = new ArrayList<String>();
        for (var name : option.names()) {
            words.add(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
        }
        if (option.completionCandidates() != null) {
            var values = StreamSupport.stream(option.completionCandidates().spliterator(), false)
                    .collect(Collectors.joining(" "));
            words.add("-x -a '" + quoted(values) + "'");
        } else if (option.arity().max() > 0) {
            words.add("-r");
        }
        return String.join(" ", words);
    }

    private static String description(CommandSpec spec) {
        return first(spec.usageMessage().description());
    }

    /** The first sentence, plain. */
    private static String first(String... lines) {
        var text = Ansi.OFF.string(String.join(" ", lines).replace("%n", " "));
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'");
    }
}
