package io.mural.train.parity;

import io.mural.model.parity.OtherCases;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.Ops;
import io.mural.tensor.TapeOps;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;

/** Reference cases of training: gradients, losses, optimisers, runs, and tables. */
public final class TrainingCases implements OtherCases {
    private static final Set<String> LOSSES = Set.of(
            "flux1-loss",
            "flux1-hierarchical-loss",
            "flux2-loss",
            "flux2-hierarchical-loss",
            "flux1-training-run",
            "flux1-hierarchical-training-run",
            "flux2-training-run",
            "flux2-hierarchical-training-run");
    private static final Set<String> ENCODERS =
            Set.of("clip-text-gradient", "t5-encoder-gradient", "vae-decode-gradient", "vae-encode-gradient");

    private final int checkpoints;

    /** Blocks run again in the backward pass, as in training. */
    public TrainingCases() {
        this(TapeOps.BLOCKS);
    }

    /** @param checkpoints depth of the units that run again */
    TrainingCases(int checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public boolean knows(String component) {
        return component.equals("op-gradient")
                || component.equals("optimizer")
                || LOSSES.contains(component)
                || ENCODERS.contains(component);
    }

    @Override
    public Judgement judge(ParityCase given, Supplier<Ops> device) {
        if (given.component().equals("op-gradient")) {
            try (var ops = new TapeOps(device.get(), TapeOps.EVERYTHING)) {
                return OpCases.judge(given, ops);
            }
        }
        if (given.component().equals("optimizer")) {
            try (var ops = device.get()) {
                return OptimizerCases.judge(given, ops);
            }
        }
        Supplier<TapeOps> tape = () -> new TapeOps(device.get(), checkpoints);
        return LOSSES.contains(given.component()) ? LossCases.judge(given, tape) : EncoderCases.judge(given, tape);
    }

    @Override
    public boolean knowsTable(String fileName) {
        return TableCases.FILES.contains(fileName);
    }

    @Override
    public Judgement judgeTable(Path file) {
        return TableCases.judge(file);
    }
}
