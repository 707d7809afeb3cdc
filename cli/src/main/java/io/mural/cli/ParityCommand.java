package io.mural.cli;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.OneLine;
import io.mural.cli.device.DeviceOptions;
import io.mural.engine.device.DeviceChoice;
import io.mural.engine.text.Words;
import io.mural.evaluate.cases.EvaluationCases;
import io.mural.model.parity.OtherCases;
import io.mural.model.parity.Outcome;
import io.mural.model.parity.Parity;
import io.mural.train.parity.TrainingCases;
import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural parity}: reference cases through the normal code, a line a case. */
@Command(
        name = "parity",
        sortOptions = false,
        description = {
            "Runs reference cases and compares with what the reference gave.",
            "Exit code 1 if any fails. Components this version does not know fail nothing and are named."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural parity goldens/cases",
            "  mural parity goldens/cases/t5-encoder.safetensors --device cpu:scalar",
            "  mural parity my-dump/cases --json"
        })
final class ParityCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE_OR_FOLDER",
            arity = "0..*",
            hideParamSyntax = true,
            description = "Cases, or folders of them; docs/parity.md describes them.")
    private List<Path> paths = List.of();

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(names = "--json", description = "One JSON object a line, the last a summary.")
    private boolean json;

    private final Map<Outcome.Verdict, List<Outcome>> outcomes = new EnumMap<>(Outcome.Verdict.class);

    @Override
    public Integer call() {
        if (paths.isEmpty()) {
            throw new BadUsage("name case files or folders of them, such as goldens/cases");
        }
        var device = deviceOptions.chooseExact();
        var others = OtherCases.of(List.of(new TrainingCases(), new EvaluationCases()));
        var parity = new Parity(device.ops(), this::report, others, device.weightUnit());
        for (var file : Parity.find(paths)) {
            parity.run(file);
        }
        summary(device);
        return of(Outcome.Verdict.FAIL).isEmpty() ? 0 : Failures.FAILED;
    }

    private List<Outcome> of(Outcome.Verdict verdict) {
        return outcomes.computeIfAbsent(verdict, v -> new ArrayList<>());
    }

    private void report(Outcome outcome) {
        of(outcome.verdict()).add(outcome);
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(object(outcome)));
        } else {
            print(out, outcome);
        }
        if (verbose()) {
            out.flush();
            outcome.fault()
                    .ifPresent(fault -> fault.printStackTrace(spec.commandLine().getErr()));
        }
    }

    private boolean verbose() {
        return spec.findOption("--verbose").<Boolean>getValue();
    }

    private static void print(PrintWriter out, Outcome outcome) {
        var verdict = word(outcome.verdict());
        boolean told = outcome.detail().isEmpty() || outcome.verdict() == Outcome.Verdict.UNSUPPORTED;
        var detail = told ? "" : "  " + OneLine.of(outcome.detail());
        var numbers = Double.isNaN(outcome.bound())
                ? ""
                : String.format(
                        Locale.ROOT,
                        outcome.measure().equals("psnr") ? "%s %.1f dB (at least %.0f)" : "%s %.1e (at most %.0e)",
                        outcome.measure(),
                        outcome.value(),
                        outcome.bound());
        out.println(String.format(
                Locale.ROOT,
                "%-13s %-22s %-38s %-33s %6d ms%s",
                verdict,
                outcome.component(),
                OneLine.of(outcome.name()),
                numbers,
                outcome.millis(),
                detail));
    }

    private static String word(Outcome.Verdict verdict) {
        return switch (verdict) {
            case PASS -> "PASS";
            case FAIL -> "FAIL";
            case UNSUPPORTED -> "not supported";
        };
    }

    private static Map<String, Object> object(Outcome outcome) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("component", outcome.component());
        object.put("name", outcome.name());
        object.put("verdict", Words.of(outcome.verdict()));
        object.put("measure", outcome.measure());
        object.put("value", finite(outcome.value()));
        object.put("bound", finite(outcome.bound()));
        object.put("millis", outcome.millis());
        object.put("detail", outcome.detail());
        return object;
    }

    /** JSON has no form for infinite (equal pictures) and missing numbers. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private void summary(DeviceChoice device) {
        var unsupported = new TreeSet<String>();
        of(Outcome.Verdict.UNSUPPORTED).forEach(outcome -> unsupported.add(outcome.component()));
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("passed", of(Outcome.Verdict.PASS).size());
            object.put("failed", of(Outcome.Verdict.FAIL).size());
            object.put("unsupported", of(Outcome.Verdict.UNSUPPORTED).size());
            object.put("unsupported_components", unsupported);
            object.put("device", device.name());
            spec.commandLine().getOut().println(Json.write(object));
            return;
        }
        var text = of(Outcome.Verdict.PASS).size() + " passed, "
                + of(Outcome.Verdict.FAIL).size() + " failed, "
                + of(Outcome.Verdict.UNSUPPORTED).size() + " not supported"
                + (unsupported.isEmpty() ? "" : " (" + String.join(", ", unsupported) + ")") + "; " + device.name();
        spec.commandLine().getOut().println(text);
    }
}
