package io.mural.train.job;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.train.flow.Conditions;
import io.mural.train.flow.TrainableModel;
import io.mural.train.optimize.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a step takes, found by running it without computing.
 *
 * @param width pixels of a sample
 * @param height pixels of a sample
 * @param flop floating-point operations of a sample, forward, again and back
 * @param bytes activations, copies and gradients at the most
 * @param numbers that are trained
 * @param stateBytes of weights, gradients and the optimiser's state
 * @param modelBytes of the model's files
 * @param samples of a step
 * @param rate operations a second, measured
 */
public record TrainingPlan(
        int width,
        int height,
        double flop,
        long bytes,
        long numbers,
        long stateBytes,
        long modelBytes,
        int samples,
        double rate) {
    /** Weight, gradient, two moments and remainder of AdamW; Prodigy has two sums more. */
    private static final int ADAMW_BYTES = 20;

    private static final int PRODIGY_BYTES = 28;

    public double seconds() {
        return samples * flop / rate;
    }

    /** The largest sample of a run, whose data is not looked at. */
    public static TrainingPlan of(Request request, Supplier<Ops> device) {
        try (var model = TrainableModel.open(
                        request.model().path(), request.model().base(), List.of());
                var trained = TrainingRun.trained(request, model.weights());
                var plan = new PlanOps();
                var ops = new TapeOps(plan, TapeOps.BLOCKS)) {
            var parameters = trained.on(ops);
            var velocity = request.kind() == Kind.GUIDE ? model.guided(trained::in) : model.velocity(trained::in);
            int side = request.pictures().sizes().sides().stream()
                    .mapToInt(Integer::intValue)
                    .max()
                    .orElseThrow();
            int pixels = model.pictures().tokenPixels();
            int grid = Math.max(1, side / pixels);
            var embeds = model.pictures().blank(model.pictures().defaults().textTokens());
            ops.pass(() -> {
                var txt = ops.empty(embeds.textTokens(), embeds.width());
                var pooled = embeds.pooled().length == 0
                        ? Optional.<Tensor>empty()
                        : Optional.of(ops.empty(1, embeds.pooled().length));
                var scene = request.pictures().sizes().geometry().map(geometry -> scene(geometry, grid));
                var conditions = new Conditions(txt, pooled, 1, grid, grid, scene);
                var predicted = velocity.forward(
                        ops, ops.empty(grid * grid, model.pictures().features()), 0.5, conditions);
                ops.backward(predicted, ops.empty(predicted.rows(), predicted.cols()));
            });
            long numbers = parameters.stream().mapToLong(Parameter::size).sum();
            int each =
                    request.settings().rate().method() == TrainingSettings.Method.ADAMW ? ADAMW_BYTES : PRODIGY_BYTES;
            long gradients = numbers * Float.BYTES;
            return new TrainingPlan(
                    grid * pixels,
                    grid * pixels,
                    plan.linearFlops() + plan.attentionFlops(),
                    plan.bytes() + ops.bytesBeside() - gradients,
                    numbers,
                    numbers * each,
                    model.pictures().bytes(),
                    request.settings().samples(),
                    rate(device));
        }
    }

    private static Scene scene(HierarchicalGeometry geometry, int grid) {
        int side = geometry.guideSide(grid);
        return new Scene(geometry, new WindowOrder(grid, grid, geometry.window()), side, side, new float[0]);
    }

    /** Operations a second of products as they go backwards, on this device now. */
    private static double rate(Supplier<Ops> device) {
        int size = 768;
        try (var ops = device.get()) {
            var kernels = ops.gradients();
            var x = ops.tensor(new float[size * size], size, size);
            var weight = Matrix.F32.of("measured", size, size, ops.tensor(new float[size * size], size, size));
            var sum = ops.tensor(new float[size * size], size, size);
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 8; i++) {
                long start = System.nanoTime();
                kernels.product(sum, x, weight);
                best = Math.min(best, System.nanoTime() - start);
            }
            return 2.0 * size * size * size / (best / 1e9);
        }
    }
}
