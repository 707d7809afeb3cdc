package io.mural.cli.config;

import io.mural.cli.config.ConfigFile.Entry;
import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The values of options that a command line leaves out: of the preset that it names, else those under the command's
 * heading, else those above all headings. A picture that is repeated ({@code --from}) takes the preset's alone.
 */
public final class Defaults {
    /** They say what to do now, or are about the file itself. */
    private static final Set<String> NEVER = Set.of("help", "version", "preset", "from", "plan", "resume");

    private static final String PRESET = "--preset";
    private static final String FROM = "--from";

    private final ConfigFile file;
    private final Optional<String> preset;
    private final boolean repeats;

    private Defaults(ConfigFile file, Optional<String> preset, boolean repeats) {
        this.file = file;
        this.preset = preset;
        this.repeats = repeats;
    }

    /**
     * Gives a command line the file's values.
     *
     * @param args which {@code --preset} and {@code --from} are looked for in: values have to be known before the parsing
     * @throws InputException naming line and key, where a key is no option
     */
    public static Defaults install(ConfigFile file, CommandLine root, String... args) {
        for (var entry : file.entries()) {
            require(file, entry, root);
        }
        var preset = value(PRESET, args);
        preset.filter(name -> !file.presets().contains(name)).ifPresent(name -> {
            throw new ParameterException(root, PRESET + " " + name + ": " + presets(file));
        });
        var defaults = new Defaults(file, preset, value(FROM, args).isPresent());
        defaults.install(root, "");
        return defaults;
    }

    private static String presets(ConfigFile file) {
        var known = file.presets();
        return known.isEmpty()
                ? file.path() + " has no presets; write one under a heading [preset NAME]"
                : "is none of " + String.join(", ", known) + ", the presets of " + file.path();
    }

    private static void require(ConfigFile file, Entry entry, CommandLine root) {
        if (NEVER.contains(entry.key())) {
            throw file.fault(entry, entry.key() + " belongs on the command line; take the line out");
        }
        if (!entry.isForAll() && !entry.isPreset()) {
            var command = find(root, entry.section())
                    .orElseThrow(() -> file.fault(
                            entry, "[" + entry.section() + "] is no command; mural --help lists them"));
            if (option(command.getCommandSpec(), entry.key()).isEmpty()) {
                throw file.fault(
                        entry,
                        entry.key() + ": mural " + entry.section() + " has no option --" + entry.key()
                                + "; its --help lists them");
            }
        } else if (all(root).noneMatch(each -> option(each.getCommandSpec(), entry.key()).isPresent())) {
            throw file.fault(entry, entry.key() + ": no command has an option --" + entry.key());
        }
    }

    private static Optional<CommandLine> find(CommandLine root, String words) {
        var found = root;
        for (var word : words.split(" ")) {
            found = found.getSubcommands().get(word);
            if (found == null) {
                return Optional.empty();
            }
        }
        return Optional.of(found);
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command),
                command.getSubcommands().values().stream().flatMap(Defaults::all));
    }

    private static Optional<OptionSpec> option(CommandSpec command, String key) {
        return Optional.ofNullable(command.findOption("--" + key));
    }

    /** What follows a word of the command line, up to the end of its options. */
    private static Optional<String> value(String option, String... args) {
        for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
            if (args[i].startsWith(option + "=")) {
                return Optional.of(args[i].substring(option.length() + 1));
            }
            if (args[i].equals(option) && i + 1 < args.length) {
                return Optional.of(args[i + 1]);
            }
        }
        return Optional.empty();
    }

    /** @param words the command's name as headings have it */
    private void install(CommandLine command, String words) {
        command.getCommandSpec().defaultValueProvider(new IDefaultValueProvider() {
            @Override
            public String defaultValue(ArgSpec arg) {
                return arg instanceof OptionSpec option
                        ? entry(option, words).map(Entry::value).orElse(null)
                        : null;
            }
        });
        command.getSubcommands().forEach((name, below) -> install(below, (words + " " + name).strip()));
    }

    private Optional<Entry> entry(OptionSpec option, String words) {
        return Stream.<Stream<Entry>>of(
                        file.entries().stream().filter(entry -> entry.isPreset()
                                && preset.filter(entry.preset()::equals).isPresent()),
                        file.entries().stream().filter(entry -> !repeats && entry.section().equals(words)),
                        file.entries().stream().filter(entry -> !repeats && entry.isForAll()))
                .flatMap(entries -> entries)
                .filter(entry -> List.of(option.names()).contains("--" + entry.key()))
                .findFirst();
    }

    /** Refuses a preset of which a command takes nothing. */
    public void requireEffect(CommandSpec command) {
        preset.ifPresent(name -> {
            if (file.entries().stream()
                    .filter(entry -> entry.isPreset() && entry.preset().equals(name))
                    .noneMatch(entry -> option(command, entry.key()).isPresent())) {
                throw new ParameterException(
                        command.commandLine(),
                        PRESET + " " + name + " sets nothing that '" + command.qualifiedName() + "' has");
            }
        });
    }

    /** Where a value that cannot be taken stands, as the end of its message; empty where that is the command line. */
    public String place(ParameterException e, String... args) {
        if (!(e.getArgSpec() instanceof OptionSpec option)
                || Stream.of(option.names()).anyMatch(name -> value(name, args).isPresent())) {
            return "";
        }
        var words = e.getCommandLine().getCommandSpec().qualifiedName().replaceFirst("^\\S+ ?", "");
        return entry(option, words)
                .map(entry -> " (" + file.path() + ", line " + entry.line() + ")")
                .orElse("");
    }
}
