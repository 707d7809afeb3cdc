package io.mural.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.family.Flux1Model;
import io.mural.model.image.RgbImage;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.HierarchicalSettings.Upsampler;
import io.mural.model.request.Pyramid;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HierarchicalPipelineTest {
    private static final Path NANO = Path.of("../models/mural-nano");

    private static Ops ops() {
        return new CpuBackend().open("cpu", 2, Workspace.poisoned());
    }

    /** Three levels of an odd size: 48 x 64, 96 x 128, 192 x 240 pixels. */
    private static final class Run {
        private final List<String> seen = new ArrayList<>();
        private final List<Journal.Position> positions = new ArrayList<>();
        private HierarchicalPlan plan;

        float[] make(Upsampler upsampler, Optional<Journal.Position> start) {
            try (var model = new Flux1Model(NANO, Optional.empty(), List.of())) {
                var picture = new GenerationRequest(
                        new Text("a calm sea", "", 32),
                        model.grid(240, 192),
                        new Sampling(2, 3, 0, 1, Optional.of(DType.F32)),
                        Inputs.NONE);
                var usual = model.hierarchicalSettings();
                var settings = new HierarchicalSettings(usual.geometry().withRatio(2), 3, 4, 2, 0, 1, upsampler);
                var guided = model.guided(
                        new HierarchicalLora(model.hierarchicalLora().orElseThrow(), 1, HierarchicalLora.Scope.GUIDE));
                var pyramid = Pyramid.of(picture.grid(), 20, 2);
                plan = HierarchicalPlan.of(model, guided, picture, settings, pyramid, Optional.empty(), Long.MAX_VALUE);
                var request = new HierarchicalPipeline.Request(picture, FlowMatchSchedule.fixed(2, 3), settings);
                return new HierarchicalPipeline(model, guided, HierarchicalPipelineTest::ops)
                        .generate(request, plan, journal(start), onlooker(), Progress.NONE);
            }
        }

        private Journal journal(Optional<Journal.Position> start) {
            return new Journal() {
                @Override
                public Optional<Position> start() {
                    return start;
                }

                @Override
                public void reached(Position at) {
                    positions.add(new Position(
                            at.level(),
                            at.step(),
                            at.guide().clone(),
                            at.latents().clone()));
                }
            };
        }

        private Onlooker onlooker() {
            return new Onlooker() {
                @Override
                public void finished(int level, Supplier<RgbImage> picture) {
                    var image = picture.get();
                    seen.add(level + ": " + image.width() + "x" + image.height());
                }

                @Override
                public void step(int level, int step, Supplier<RgbImage> preview) {
                    assertThat(preview.get().width()).isLessThanOrEqualTo(256);
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Upsampler.class)
    void growsLevelByLevel(Upsampler upsampler) {
        var run = new Run();
        var latents = run.make(upsampler, Optional.empty());
        assertThat(latents).hasSize(12 * 15 * 64).doesNotContain(Float.NaN);
        assertThat(run.plan.pyramid()).hasToString("64x48 -> 128x96 -> 240x192");
        assertThat(run.seen).containsExactly("0: 64x48", "1: 128x96");
    }

    @Tag("full")
    @Test
    void goesOnFromEveryPointToTheSameBytes() {
        var whole = new Run();
        var expected = whole.make(Upsampler.LATENT, Optional.empty());
        assertThat(whole.positions)
                .extracting(at -> at.level() + "." + at.step())
                .containsExactly("0.1", "0.2", "1.0", "1.1", "1.2", "2.0", "2.1", "2.2");
        for (var position : whole.positions) {
            assertThat(new Run().make(Upsampler.LATENT, Optional.of(position))).isEqualTo(expected);
        }
    }
}
