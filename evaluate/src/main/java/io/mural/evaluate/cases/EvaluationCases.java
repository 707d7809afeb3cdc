package io.mural.evaluate.cases;

import io.mural.model.parity.OtherCases;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.Ops;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;

/** The reference cases of evaluation: resizers, networks and metrics. */
public final class EvaluationCases implements OtherCases {
    private static final Set<String> COMPONENTS = Set.of(
            "resize",
            "fid",
            "kid",
            "precision-recall",
            "inception-score",
            "seams",
            "inception",
            "clip-score",
            "clip-iqa",
            "clip-resnet",
            "pair");

    @Override
    public boolean knows(String component) {
        return COMPONENTS.contains(component);
    }

    @Override
    public Judgement judge(ParityCase given, Supplier<Ops> device) {
        return switch (given.component()) {
            case "resize" -> MetricCases.resize(given);
            case "fid" -> MetricCases.fid(given);
            case "kid" -> MetricCases.kid(given);
            case "precision-recall" -> MetricCases.precisionRecall(given);
            case "inception-score" -> MetricCases.inceptionScore(given);
            case "seams" -> MetricCases.seams(given);
            case "inception" -> new NetworkCases(device).inception(given);
            case "clip-score" -> new NetworkCases(device).clipScore(given);
            case "clip-iqa" -> new NetworkCases(device).clipIqa(given);
            case "clip-resnet" -> new NetworkCases(device).clipResNet(given);
            case "pair" -> new NetworkCases(device).pair(given);
            default -> throw new IllegalArgumentException(given.component());
        };
    }

    @Override
    public boolean knowsTable(String fileName) {
        return false;
    }

    @Override
    public Judgement judgeTable(Path file) {
        throw new IllegalArgumentException(file.toString());
    }
}
