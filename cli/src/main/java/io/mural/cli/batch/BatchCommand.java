package io.mural.cli.batch;

import io.mural.ModelRef;
import io.mural.Mural;
import io.mural.batch.BatchListener;
import io.mural.batch.BatchOptions;
import io.mural.batch.BatchRunner;
import io.mural.batch.Catalog;
import io.mural.batch.Catalog.Setup;
import io.mural.batch.Shard;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Home;
import io.mural.cli.console.Interrupt;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.hub.HubPath;
import io.mural.cli.progress.ProgressMode;
import io.mural.tensor.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural batch}: a table of prompts into a folder of pictures. */
@Command(
        name = "batch",
        sortOptions = false,
        description = {
            "Makes the pictures of a table, each once: what is there is kept, so a batch that was stopped goes on when it"
                    + " is run again.",
            "The path of the table of results goes to stdout. Exit code 3 when rows failed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural batch prompts.csv --out results",
            "  mural batch prompts.jsonl --out results --model FLUX.1-dev --shard 3/16",
            "  mural batch prompts.csv --out results --model dev=FLUX.1-dev --model klein=FLUX.2-klein-4B"
        })
public final class BatchCommand implements Callable<Integer> {
    private static final int ROWS_FAILED = 3;

    /** What becomes of a table with rows that cannot be made. */
    enum OnBadRow {
        FAIL,
        SKIP
    }

    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TABLE",
            description = "Rows with a prompt each: .csv with a header, or .jsonl, a JSON object a line.")
    private Path table;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where pictures and results go.")
    private Path out;

    @Option(
            names = "--model",
            paramLabel = "[NAME=]DIR|FILE|ORG/NAME",
            description = "A model that rows may name; the first is used where they name none. Without NAME it has its"
                    + " folder's name. May be given several times. Default: the embedded mural-nano.")
    private List<String> models = List.of();

    @Option(
            names = "--base",
            paramLabel = "DIR|ORG/NAME",
            converter = HubPath.class,
            description = "For models that are single files: the folder that has what they lack.")
    private Path base;

    @Option(
            names = "--lora",
            paramLabel = "NAME=FILE",
            description = "A LoRA that rows may name. Rows may name files, too, seen from the table's folder.")
    private Map<String, Path> loras = new LinkedHashMap<>();

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Makes the part I of N parts, counted from 0, for N processes or machines on one folder.")
    private String shard;

    @Option(
            names = "--on-bad-row",
            paramLabel = "HOW",
            description = "fail: nothing is made when a row is at fault (default). skip: such rows count as failed.")
    private OnBadRow onBadRow = OnBadRow.FAIL;

    @Option(names = "--plan", description = "Checks the table and says what it will take, and makes nothing.")
    private boolean planOnly;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            description = "auto or plain (lines), json (an object a line) or none. Default: auto.")
    private ProgressMode progress = ProgressMode.AUTO;

    public BatchCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        var named = models();
        boolean embedded = named.isEmpty();
        if (embedded) {
            named.put(ModelRef.embedded().name(), ModelRef.embedded());
        }
        var folder = Optional.ofNullable(table.toAbsolutePath().getParent()).orElse(Path.of("."));
        var options = new BatchOptions(
                table,
                out,
                new Catalog(named, loras, folder),
                Optional.ofNullable(shard).map(Shard::parse).orElse(Shard.WHOLE),
                onBadRow == OnBadRow.SKIP,
                deviceOptions.names(),
                embedded ? Optional.of(Home.model()) : Optional.empty());
        var report = BatchReport.of(progress, spec.commandLine().getErr());
        interrupt.onAbandon(() -> {});
        var runner = new BatchRunner(options, this::open, report);
        if (planOnly) {
            runner.check();
            return 0;
        }
        BatchListener.State state = runner.run();
        spec.commandLine().getOut().println(runner.results());
        return state.failed() == 0 ? 0 : ROWS_FAILED;
    }

    private Map<String, ModelRef> models() {
        Map<String, ModelRef> named = new LinkedHashMap<>();
        for (var text : models) {
            int sign = text.indexOf('=');
            var path = HubPath.located(text.substring(sign + 1));
            var model = new ModelRef(Optional.of(path), Optional.ofNullable(base));
            var name = sign < 0 ? model.name() : text.substring(0, sign);
            if (named.put(name, model) != null) {
                throw new BadUsage("--model " + name + " is given twice; give one of them another name");
            }
        }
        if (base != null && named.isEmpty()) {
            throw new BadUsage("--base belongs to a single file; name that with --model");
        }
        return named;
    }

    private Mural open(Setup setup, String device) {
        var builder = Mural.builder().device(deviceOptions.choose(device, Precision.USUAL));
        setup.model().path().ifPresentOrElse(builder::model, () -> builder.embedded(Home.model()));
        setup.model().base().ifPresent(builder::base);
        setup.loras().forEach(builder::lora);
        return builder.open();
    }
}
