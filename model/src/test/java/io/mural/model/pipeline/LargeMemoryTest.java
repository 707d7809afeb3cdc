package io.mural.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.family.Flux1Model;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Large pictures in the memory planned for them, as the workspaces count it. Making a picture of 4096 x 4096 takes
 * seconds with one step a level; decoding one exactly takes minutes, so that is done at 1024 x 1024.
 */
@Tag("full")
class LargeMemoryTest {
    private static final Path NANO = Path.of("../models/mural-nano");
    private static final long BUDGET = 2L << 30;

    /** What the stages took, in order. */
    private final List<Workspace> stages = new ArrayList<>();

    private Ops open() {
        var workspace = new Workspace();
        stages.add(workspace);
        return new CpuBackend().open("cpu", 2, workspace);
    }

    private interface Body {
        void run(HierarchicalPipeline pipeline, HierarchicalPipeline.Request request, HierarchicalPlan plan);
    }

    /** One step for each level. */
    private void withPlan(int side, Body body) {
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of())) {
            var picture = new GenerationRequest(
                    new Text("a calm sea", "", 32),
                    model.grid(side, side),
                    new Sampling(1, 3, 0, 1, Optional.of(DType.F32)),
                    Inputs.NONE);
            var usual = model.hierarchicalSettings();
            var settings = new HierarchicalSettings(usual.geometry(), usual.shift(), 2, 1, 0, 1, usual.upsampler());
            var guided = model.guided(
                    new HierarchicalLora(model.hierarchicalLora().orElseThrow(), 1, HierarchicalLora.Scope.GUIDE));
            var pyramid = Pyramid.of(picture.grid(), 256, 4);
            var exact = Optional.of(VaeExtent.BANDS);
            var plan = HierarchicalPlan.of(model, guided, picture, settings, pyramid, exact, BUDGET);
            assertThat(plan.peakBytes()).isLessThanOrEqualTo(BUDGET);
            body.run(
                    new HierarchicalPipeline(model, guided, this::open),
                    new HierarchicalPipeline.Request(picture, model.schedule(1, 256), settings),
                    plan);
        }
    }

    @Test
    void sixteenMegapixelsAreMadeInThePlannedMemory() {
        withPlan(4096, (pipeline, request, plan) -> {
            assertThat(plan.pyramid()).hasToString("256x256 -> 1024x1024 -> 4096x4096");
            var latents = pipeline.generate(request, plan, Journal.NONE, Onlooker.NONE, Progress.NONE);
            assertThat(latents).hasSize(256 * 256 * 64);
            for (float value : latents) {
                assertThat(Float.isFinite(value)).isTrue();
            }
            assertThat(stages.getLast().reservedBytes())
                    .isEqualTo(plan.levels().getLast().denoiseBytes());
            for (var stage : stages) {
                assertThat(stage.peakBytes()).isLessThanOrEqualTo(plan.peakBytes());
            }
        });
    }

    @Test
    void aMegapixelIsDecodedExactlyInThePlannedMemory() {
        withPlan(1024, (pipeline, request, plan) -> {
            var latents = pipeline.generate(request, plan, Journal.NONE, Onlooker.NONE, Progress.NONE);
            int[] rows = {0};
            pipeline.decode(latents, plan, band -> rows[0] += band.height(), Progress.NONE);
            assertThat(rows[0]).isEqualTo(1024);
            assertThat(stages.getLast().reservedBytes())
                    .isEqualTo(plan.levels().getLast().decodeBytes());
        });
    }
}
