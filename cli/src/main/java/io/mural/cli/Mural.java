package io.mural.cli;

import io.mural.cli.batch.BatchCommand;
import io.mural.cli.config.ConfigCommand;
import io.mural.cli.config.ConfigFile;
import io.mural.cli.config.Defaults;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.console.OneLine;
import io.mural.cli.console.Start;
import io.mural.cli.console.Stdout;
import io.mural.cli.console.VersionLine;
import io.mural.cli.device.DeviceBefore;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.device.DevicesCommand;
import io.mural.cli.evaluate.EvaluateCommand;
import io.mural.cli.generate.EditCommand;
import io.mural.cli.generate.GenerateCommand;
import io.mural.cli.generate.PlanCommand;
import io.mural.cli.generate.UpscaleCommand;
import io.mural.cli.hub.ModelsCommand;
import io.mural.cli.hub.PullCommand;
import io.mural.cli.inspect.InspectCommand;
import io.mural.cli.quantize.QuantizeCommand;
import io.mural.cli.serve.ServeCommand;
import io.mural.cli.train.TrainCommand;
import io.mural.cli.video.VideoCommand;
import io.mural.tensor.InputException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code mural} and the rules all its subcommands share: exit code 0 when the work is done, 1 when it
 * failed, 2 when the command line makes no sense, 130 after Ctrl-C; an error is one line on stderr.
 */
@Command(
        name = "mural",
        mixinStandardHelpOptions = true,
        versionProvider = VersionLine.class,
        scope = ScopeType.INHERIT,
        description = "Makes pictures from text with FLUX models, on the JVM.",
        synopsisSubcommandLabel = "COMMAND")
public final class Mural implements Runnable {
    /** As a shell shows it for programs that end by a pipe nobody reads. */
    private static final int UNREAD = 141;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description =
                    "Adds the stack trace to the message of a failure, and to that of a picture what it took of the"
                            + " machine.")
    private boolean verbose;

    @Option(
            names = "--preset",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "Takes the options under [preset NAME] of the configuration ('mural config' shows it).")
    private String preset;

    /** Of the configuration; none until it is read. */
    private Optional<Defaults> defaults = Optional.empty();

    /** Runs a command line of the process; gives its exit code. */
    static int run(Interrupt interrupt, PrintWriter err, String... args) {
        var unreadable = Start.unreadable(System.getProperty("sun.jnu.encoding", ""), args);
        if (!unreadable.isEmpty()) {
            err.println("mural: " + unreadable);
            return Failures.FAILED;
        }
        var out = new Stdout();
        var writer = out.writer();
        int code = run(commandLine(interrupt).setOut(writer).setErr(err), ConfigCommand::file, interrupt, args);
        writer.flush();
        if (code != 0 || out.failure().isEmpty()) {
            return code;
        }
        if (out.isUnread()) {
            return UNREAD;
        }
        err.println(
                "mural: stdout cannot be written: " + OneLine.of(out.failure().get()));
        return Failures.FAILED;
    }

    /** picocli hands exceptions to the handler and lets errors, such as a lack of memory, pass. */
    static int run(CommandLine command, Supplier<ConfigFile> config, Interrupt interrupt, String... args) {
        var failures = new Failures(interrupt);
        try {
            if (!asksAboutMural(args)) {
                command.<Mural>getCommand().defaults = Optional.of(Defaults.install(config.get(), command, args));
            }
            return command.execute(args);
        } catch (ParameterException e) {
            return failures.badUsage(e, "");
        } catch (InputException e) {
            return failures.failed(e, command, false);
        } catch (Error e) {
            return failures.failed(e, command, command.<Mural>getCommand().verbose);
        }
    }

    /** Help and version are told whatever the configuration says. */
    private static boolean asksAboutMural(String... args) {
        return args.length == 0
                || args[0].equals("help")
                || Stream.of(args).anyMatch(Set.of("-h", "--help", "-V", "--version")::contains);
    }

    /** The whole command line, for tools that describe it. */
    public static CommandLine commandLine() {
        return commandLine(new Interrupt(Thread.currentThread(), new PrintWriter(System.err, true, System.err.charset())));
    }

    /** The whole command line, ready to execute; its writers are stdout and stderr unless changed. */
    static CommandLine commandLine(Interrupt interrupt) {
        var mural = new Mural();
        var failures = new Failures(interrupt);
        return new CommandLine(mural)
                .addSubcommand(new GenerateCommand(interrupt))
                .addSubcommand(new UpscaleCommand(interrupt))
                .addSubcommand(new EditCommand(interrupt))
                .addSubcommand(new TilesCommand())
                .addSubcommand(new ServeCommand(interrupt))
                .addSubcommand(new VideoCommand(interrupt))
                .addSubcommand(new ConvertCommand())
                .addSubcommand(new BatchCommand(interrupt))
                .addSubcommand(new PullCommand())
                .addSubcommand(new ModelsCommand())
                .addSubcommand(new InspectCommand())
                .addSubcommand(new QuantizeCommand())
                .addSubcommand(new PlanCommand())
                .addSubcommand(new EvaluateCommand())
                .addSubcommand(new TrainCommand())
                .addSubcommand(new ParityCommand())
                .addSubcommand(new TokenizeCommand())
                .addSubcommand(new DevicesCommand())
                .addSubcommand(new ConfigCommand())
                .addSubcommand(new CompletionCommand())
                .addSubcommand(new HelpCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setExecutionStrategy(parsed -> mural.execute(parsed, interrupt))
                .setParameterExceptionHandler((e, args) -> failures.badUsage(
                        e, mural.defaults.map(each -> each.place(e, args)).orElse("")))
                .setExecutionExceptionHandler((e, command, parsed) -> failures.failed(e, command, mural.verbose));
    }

    /** In this JVM or, if its device asks for that, in TornadoVM's. */
    private int execute(ParseResult parsed, Interrupt interrupt) {
        var command = innermost(parsed.subcommand());
        if (command == null || command.isUsageHelpRequested() || command.isVersionHelpRequested()) {
            return new RunLast().execute(parsed);
        }
        if (preset != null) {
            defaults.ifPresent(each -> each.requireEffect(command.commandSpec()));
        }
        try {
            return command.commandSpec().mixins().values().stream()
                    .filter(mixin -> mixin.userObject() instanceof DeviceOptions)
                    .map(mixin -> ((DeviceOptions) mixin.userObject())
                            .runElsewhere(interrupt, deviceBefore(command), parsed.originalArgs()))
                    .flatMapToInt(OptionalInt::stream)
                    .findFirst()
                    .orElseGet(() -> new RunLast().execute(parsed));
        } catch (BadUsage | InputException | UncheckedIOException e) {
            // As what the commands themselves throw, for the handler of failures to unwrap.
            throw new ExecutionException(command.commandSpec().commandLine(), "cannot start", e);
        }
    }

    /** The command that runs, where commands have commands of their own; null if none is named. */
    private static ParseResult innermost(ParseResult named) {
        return named != null && named.hasSubcommand() ? innermost(named.subcommand()) : named;
    }

    private static Optional<String> deviceBefore(ParseResult command) {
        return command.commandSpec().userObject() instanceof DeviceBefore before
                ? before.deviceBefore()
                : Optional.empty();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do");
    }
}
