package io.mural.cli.evaluate;

import io.mural.Hierarchy;
import io.mural.Request;
import io.mural.Size;
import io.mural.cli.console.BadUsage;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.generate.ModelOptions;
import io.mural.cli.generate.SizeOption;
import io.mural.engine.text.Figures;
import io.mural.evaluate.protocol.Protocol;
import io.mural.evaluate.protocol.ProtocolTable;
import io.mural.evaluate.report.BestAndWorst;
import io.mural.evaluate.set.Metric;
import io.mural.evaluate.set.Report;
import io.mural.evaluate.set.SetEvaluation;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural evaluate protocol}: the paper's table from a file of prompts. */
@Command(
        name = "protocol",
        sortOptions = false,
        description = {
            "Makes a picture for every prompt, and beside it the base picture enlarged; then measures both.",
            "What is there is kept, so work that was cut off goes on when it is run again."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  mural evaluate protocol prompts.txt --out table1 --size 4096x4096 --model FLUX.1-dev \\",
            "      --weights metrics/ --reference real.stats.safetensors --page table1.html"
        })
final class ProtocolCommand implements Runnable {
    private static final int TOKENS = 1;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PROMPTS", description = "A text file, one prompt a line.")
    private Path prompts;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the pictures go.")
    private Path out;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "Pixels of the pictures. Default: the paper's 4096x4096.")
    private Size size = new Size(4096, 4096);

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps of the base. Default: the model's own.")
    private Integer steps;

    @Option(names = "--window", paramLabel = "N", description = "Side of a window, tokens of 16 pixels.")
    private Integer window;

    @Option(names = "--ratio", paramLabel = "N", description = "The most a picture grows from level to level.")
    private Integer ratio;

    @Option(names = "--halo", paramLabel = "N", description = "How far a window sees its neighbours, tokens.")
    private Integer halo;

    @Option(names = "--skip-steps", paramLabel = "N", description = "Steps that a level saves by its warm start.")
    private Integer skipSteps;

    @Option(names = "--no-hierarchy", description = "Makes the pictures at once, and no base beside them.")
    private boolean atOnce;

    @Option(names = "--plan", description = "Says what the pictures will take, and makes nothing.")
    private boolean planOnly;

    @Mixin
    private ModelOptions model;

    @Mixin
    private MetricOptions metrics;

    @Mixin
    private TableOptions tables;

    @Mixin
    private DeviceOptions device;

    @Override
    public void run() {
        var texts = texts();
        var chosen = chosen(texts.size());
        var progress = new ProgressLines(spec.commandLine().getErr());
        var settings = metrics.settings(out);
        try (var ops = device.choose(Precision.F32).ops().get()) {
            Optional<SetEvaluation> evaluation = chosen.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new SetEvaluation(ops, metrics.weights(), chosen, settings, progress));
            try {
                evaluation.ifPresent(found -> found.requireReference(metrics.reference()));
                requirePatches(chosen, settings.patch());
                table(texts, progress, evaluation).ifPresent(this::finish);
            } finally {
                evaluation.ifPresent(SetEvaluation::close);
            }
        }
        if (chosen.isEmpty() && !planOnly) {
            progress.note("seams and bands only: the other figures need --weights");
        }
    }

    /** Makes the pictures and measures them; nothing where only the plan is asked for. */
    private Optional<Report> table(List<String> texts, ProgressLines progress, Optional<SetEvaluation> evaluation) {
        ProtocolTable table;
        try (var mural = model.open(Optional.empty(), device.choose(Precision.USUAL))) {
            var protocol = new Protocol(
                    mural,
                    out,
                    texts,
                    large(texts.getFirst()),
                    small(texts.getFirst()).build(),
                    progress);
            var plan = protocol.plan();
            progress.note(texts.size() + " pictures of " + plan.recipe().width() + "x"
                    + plan.recipe().height() + ", each " + Figures.flop(plan.flops()) + " and "
                    + Figures.bytes(plan.memoryBytes()) + " of memory beside the weights");
            if (planOnly) {
                return Optional.empty();
            }
            int tokens = plan.recipe()
                    .hierarchy()
                    .map(Hierarchy::settings)
                    .map(settings -> settings.geometry().window())
                    .orElse(TOKENS);
            int period = tokens * protocol.tokenPixels();
            if (2 * period > Math.min(plan.recipe().width(), plan.recipe().height())) {
                throw new BadUsage("--window " + tokens + ": two windows must fit into the picture to look for their"
                        + " borders; take a smaller one");
            }
            protocol.make();
            table = new ProtocolTable(protocol, texts, period, protocol.hasBase(), progress);
        }
        return Optional.of(table.report(evaluation, metrics.reference()));
    }

    /** Before any picture is made. */
    private void requirePatches(Set<Metric> chosen, int patch) {
        boolean patches = chosen.contains(Metric.PATCH_FID) || chosen.contains(Metric.PATCH_IS);
        if (patches && patch > Math.min(size.width(), size.height())) {
            throw new BadUsage("--patch " + patch + ": pictures of " + size.width() + "x" + size.height()
                    + " have no patch of that size; take a smaller one");
        }
    }

    private void finish(Report report) {
        tables.print(report, spec.commandLine());
        tables.page().ifPresent(file -> BestAndWorst.write(file, report));
    }

    private List<String> texts() {
        var texts = MetricOptions.lines(prompts);
        if (texts.isEmpty()) {
            throw new InputException(prompts + ": holds no prompt; give one a line, # begins a comment");
        }
        if (metrics.ofPrompts()) {
            throw new BadUsage("--prompts: the file of prompts is the argument of protocol");
        }
        return texts.subList(0, Math.min(texts.size(), metrics.limit()));
    }

    /** What is measured with networks: what the options say, else all that the weights and the reference allow. */
    private Set<Metric> chosen(int pictures) {
        var usual = EnumSet.noneOf(Metric.class);
        if (metrics.hasWeights()) {
            usual.addAll(EnumSet.of(Metric.IS, Metric.PATCH_IS, Metric.CLIP, Metric.CLIP_IQA));
            if (metrics.reference().isPresent()) {
                usual.addAll(EnumSet.of(Metric.FID, Metric.PATCH_FID, Metric.KID));
            }
        }
        var named = metrics.chosen(usual);
        for (var metric : named) {
            if (metric.needsReference() && metrics.reference().isEmpty()) {
                throw new BadUsage(
                        "--metrics " + metric.word() + " compares with real pictures; name them with --reference");
            }
        }
        int splits = metrics.settings(out).splits();
        if (named.contains(Metric.IS) && pictures < splits) {
            throw new BadUsage(
                    "the Inception score in " + splits + " splits takes at least as many pictures, but there are "
                            + pictures + " prompts; take fewer with --splits");
        }
        return named;
    }

    private Request.Builder small(String prompt) {
        var request = Request.of(prompt).seed(metrics.seed());
        return steps == null ? request : request.steps(steps);
    }

    private Request large(String prompt) {
        var request = small(prompt).size(size.width(), size.height());
        if (window != null) {
            request.window(window);
        }
        if (ratio != null) {
            request.ratio(ratio);
        }
        if (halo != null) {
            request.halo(halo);
        }
        if (skipSteps != null) {
            request.skipSteps(skipSteps);
        }
        if (atOnce) {
            request.atOnce();
        }
        return request.build();
    }
}
