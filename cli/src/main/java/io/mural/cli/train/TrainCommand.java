package io.mural.cli.train;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Home;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.hub.HubPath;
import io.mural.tensor.Precision;
import io.mural.train.job.Kind;
import io.mural.train.job.Request;
import io.mural.train.job.TrainingPlan;
import io.mural.train.job.TrainingRun;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural train}: a LoRA, or all weights of a small model, from a folder of pictures. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Trains a LoRA, or all weights of a small model, on a folder of pictures with captions.",
            "style: a LoRA for a subject or a look. guide: the LoRA of the hierarchical method."
                    + " full: all weights of the transformer."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural train style --data photos --model FLUX.1-dev -o mine.safetensors --steps 1500 --trigger mstyle",
            "  mural train guide --data pictures --model FLUX.1-dev -o guide.safetensors --steps 20000",
            "  mural train full --data pictures -o nano2 --steps 20000",
            "  mural train style --data photos -o mine.safetensors --steps 1500 --plan"
        })
public final class TrainCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "style|guide|full",
            arity = "0..1",
            hideParamSyntax = true,
            description = "What is trained.")
    private Kind kind;

    @Option(
            names = "--model",
            paramLabel = "DIR|FILE|ORG/NAME",
            converter = HubPath.class,
            description = "The model that is trained: a folder in diffusers layout, or a single file, also quantized."
                    + " Default: the embedded mural-nano.")
    private Path model;

    @Option(
            names = "--base",
            paramLabel = "DIR|ORG/NAME",
            converter = HubPath.class,
            description = "For a single file: the model folder that has what the file lacks.")
    private Path base;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE|DIR",
            description = "The LoRA's file; for full the folder of the trained model. State (.state) and log (.jsonl)"
                    + " stand beside it.")
    private Path out;

    @Option(
            names = "--resume",
            description = "Goes on from the state beside the result, to the same bytes as without a stop.")
    private boolean resume;

    @Option(names = "--plan", description = "Prints what a step takes, and trains nothing.")
    private boolean plan;

    @Mixin
    private DataOptions data;

    @Mixin
    private LearningOptions learning;

    @Mixin
    private AdapterOptions adapter;

    @Mixin
    private PreviewOptions previewOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public void run() {
        var request = request();
        var device = deviceOptions.choose(Precision.F32);
        var previews = previewOptions.previews(request, device);
        var report = new TrainReport(spec.commandLine().getErr(), previews);
        if (plan) {
            report.plan(TrainingPlan.of(request, device.ops()));
            return;
        }
        try {
            new TrainingRun(request, device.ops(), report).run();
        } catch (CancellationException e) {
            report.note("stopped; the same command with --resume goes on");
            throw e;
        }
        spec.commandLine().getOut().println(out);
    }

    private Request request() {
        if (kind == null) {
            throw new BadUsage("say what to train: style, guide or full");
        }
        if (out == null) {
            throw new BadUsage("name the result with -o");
        }
        if (base != null && model == null) {
            throw new BadUsage("--base belongs to a single file; name that with --model");
        }
        var path = model == null ? Home.model() : model;
        return new Request(
                kind,
                data.pictures(kind, path, Optional.ofNullable(base), out),
                new Request.Base(path, Optional.ofNullable(base)),
                out,
                adapter.adapter(kind),
                learning.settings(kind),
                resume);
    }
}
