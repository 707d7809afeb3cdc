package io.mural.model.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.family.Flux1Model;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.Grid;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PicturePlanTest {
    private static final Path NANO = Path.of("../models/mural-nano");
    private static final int TOKEN_PIXELS = 16;
    private static final long PLENTY = 1L << 40;

    private static GenerationRequest request(int width, int height) {
        return new GenerationRequest(
                new Text("a calm sea", "", 32),
                Grid.of(width, height, TOKEN_PIXELS),
                new Sampling(2, 1, 0, 2.5, Optional.empty()),
                Inputs.NONE);
    }

    @Test
    void thePlanIsWhatARunTakes() {
        try (var ops = new CpuBackend().open("cpu", 1, new Workspace());
                var plan = new PlanOps()) {
            evaluate(ops, 4, 48);
            evaluate(plan, 4, 48);
            assertThat(plan.bytes()).isEqualTo(ops.workspace().reservedBytes()).isPositive();
            assertThat(plan.linearFlops()).isPositive();
            assertThat(plan.attentionFlops()).isPositive();
        }
    }

    @Test
    void memoryDoesNotGrowWithTheNumberOfBlocks() {
        try (var few = new PlanOps();
                var many = new PlanOps()) {
            evaluate(few, 1, 1024);
            evaluate(many, 4, 1024);
            assertThat(many.bytes()).isEqualTo(few.bytes());
            assertThat(many.linearFlops()).isGreaterThan(few.linearFlops());
        }
    }

    /** One evaluation of the nano model's first double block and first {@code singleBlocks} single ones. */
    private static void evaluate(Ops ops, int singleBlocks, int side) {
        var json = Json.read(NANO.resolve("transformer/config.json"));
        var config = Flux1Config.of(json);
        try (var checkpoint = Checkpoint.open(NANO.resolve("transformer"))) {
            var smaller = new Flux1Config(
                    config.inChannels(),
                    config.outChannels(),
                    1,
                    singleBlocks,
                    config.attentionHeadDim(),
                    config.numAttentionHeads(),
                    config.jointAttentionDim(),
                    config.pooledProjectionDim(),
                    config.guidanceEmbeds(),
                    config.axesDimsRope());
            var transformer = new Flux1Transformer(smaller, KeyStyles.weights(checkpoint, KeyStyles.Part.TRANSFORMER));
            int grid = side / TOKEN_PIXELS;
            var context = new Flux1Transformer.Context(
                    ops.tensor(new float[32 * 128], 32, 128),
                    ops.tensor(new float[64], 1, 64),
                    0,
                    transformer.positions(ops, 32, grid, grid));
            transformer.forward(ops, ops.tensor(new float[grid * grid * 64], grid * grid, 64), 0.5, context);
        }
    }

    @Test
    void theLargestSquareIsTheLargestThatFits() {
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of())) {
            var large = request(4096, 4096);
            long budget = PicturePlan.of(model, request(512, 512), Optional.empty(), PLENTY)
                    .peakBytes();
            var plan = PicturePlan.of(model, large, Optional.empty(), budget);
            assertThat(plan.vae()).isEqualTo(VaeExtent.TILES);
            assertThat(plan.peakBytes()).isGreaterThan(budget);
            int side = PicturePlan.largestSquare(model, large, Optional.empty(), budget);
            assertThat(PicturePlan.of(model, request(side, side), Optional.empty(), budget)
                            .peakBytes())
                    .isLessThanOrEqualTo(budget);
            assertThat(PicturePlan.of(model, request(side + 16, side + 16), Optional.empty(), budget)
                            .peakBytes())
                    .isGreaterThan(budget);
        }
    }

    @Test
    void sizesAreMultiplesOfAToken() {
        assertThatThrownBy(() -> request(250, 256))
                .hasMessageContaining("width of 250")
                .hasMessageContaining("256");
        assertThatThrownBy(() -> request(256, 0)).hasMessageContaining("height of 0");
        assertThatThrownBy(() -> request(256, 1 << 20)).hasMessageContaining("height of 1048576");
    }
}
