package io.mural.cli.evaluate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.device.DeviceOptions;
import io.mural.evaluate.report.BestAndWorst;
import io.mural.evaluate.set.Metric;
import io.mural.evaluate.set.MetricWeights;
import io.mural.evaluate.set.PairEvaluation;
import io.mural.evaluate.set.Report;
import io.mural.evaluate.set.SetEvaluation;
import io.mural.tensor.Precision;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural evaluate}: how good pictures are, in the figures of the papers. */
@Command(
        name = "evaluate",
        sortOptions = false,
        subcommands = {ProtocolCommand.class, GenEvalCommand.class},
        description = {
            "Measures pictures: against a reference set, against their prompts, against other pictures, or alone.",
            "The networks' weights are yours (--weights); seams, PSNR and SSIM need none."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural evaluate picture.png --seams --periods 64",
            "  mural evaluate skipped/ --against full/",
            "  mural evaluate pictures/ --reference real/ --metrics fid,kid --weights metrics/",
            "  mural evaluate pictures/ --prompts prompts.txt --metrics clip,clip-iqa --weights metrics/ --csv",
            "  mural evaluate real/ --statistics -o real.stats.safetensors --weights metrics/"
        })
public final class EvaluateCommand implements Callable<Integer> {
    private static final int GATE_FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "PICTURES",
            arity = "0..1",
            hideParamSyntax = true,
            description = "A folder of pictures, in order of name, or one picture.")
    private Path pictures;

    @Option(
            names = "--against",
            paramLabel = "FOLDER",
            description = "Compares with pictures of the same names: PSNR, SSIM and, with --lpips, LPIPS.")
    private Path against;

    @Option(names = "--lpips", description = "Measures LPIPS, too; needs --weights.")
    private boolean lpips;

    @Option(names = "--statistics", description = "Writes the statistics of a reference set to the file of -o.")
    private boolean statistics;

    @Mixin
    private SeamOptions seams;

    @Mixin
    private MetricOptions metrics;

    @Mixin
    private TableOptions tables;

    @Mixin
    private DeviceOptions device;

    @Override
    public Integer call() {
        if (pictures == null) {
            throw new BadUsage("name a folder of pictures, or a picture");
        }
        requireOneTask();
        if (seams.asked()) {
            return seams.run(pictures, Optional.ofNullable(against), metrics.background(), tables, spec.commandLine())
                    ? 0
                    : GATE_FAILED;
        }
        var progress = new ProgressLines(spec.commandLine().getErr());
        if (against != null) {
            try (var ops = device.choose(Precision.F32).ops().get()) {
                Optional<MetricWeights> weights = lpips ? Optional.of(metrics.weights()) : Optional.empty();
                finish(new PairEvaluation(ops, weights, metrics.background(), progress).compare(pictures, against));
            }
            return 0;
        }
        try (var ops = device.choose(Precision.F32).ops().get();
                var evaluation =
                        new SetEvaluation(ops, metrics.weights(), measured(), metrics.settings(pictures), progress)) {
            if (statistics) {
                evaluation.writeStatistics(pictures, tables.requireOutput());
                spec.commandLine().getOut().println(tables.requireOutput());
            } else {
                finish(evaluation.evaluate(pictures, metrics.reference(), metrics.prompts()));
            }
        }
        return 0;
    }

    /** A reference set serves all figures that compare with one, if nothing else is said. */
    private Set<Metric> measured() {
        return metrics.chosen(statistics ? EnumSet.of(Metric.FID, Metric.PATCH_FID) : EnumSet.noneOf(Metric.class));
    }

    /** Each way of measuring has its own options; what would have no effect is refused. */
    private void requireOneTask() {
        if (seams.asked()) {
            refuse(metrics.used(), "--seams needs no networks");
            refuse(statistics, "--seams writes no --statistics");
            refuse(lpips, "--seams needs no --lpips");
            return;
        }
        refuse(seams.used(), "--periods, --gate and --guide belong to --seams");
        if (against != null) {
            refuse(metrics.usedOfSets(), "--against compares pictures; leave --metrics and its options away");
            refuse(statistics, "--against writes no --statistics");
            return;
        }
        refuse(lpips, "--lpips compares pictures; name the others with --against");
        if (measured().isEmpty()) {
            throw new BadUsage("say what to measure: --metrics, --against or --seams");
        }
        if (statistics) {
            refuse(metrics.reference().isPresent(), "--statistics is of a reference set; leave --reference away");
            tables.requireOutput();
        }
    }

    private static void refuse(boolean given, String why) {
        if (given) {
            throw new BadUsage(why);
        }
    }

    private void finish(Report report) {
        tables.print(report, spec.commandLine());
        tables.page().ifPresent(file -> BestAndWorst.write(file, report));
    }
}
