package io.mural.bench;

import com.sun.management.OperatingSystemMXBean;
import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Pictures of one prompt and seed, made in different ways over the same base. */
final class AblationPictures {
    private final PictureModel model;
    private final int threads;
    private final int nativeSide;

    /** @param nativeSide pixels of a picture of the model's own size; smaller and equal ones are made at once */
    AblationPictures(PictureModel model, int threads, int nativeSide) {
        this.model = model;
        this.threads = threads;
        this.nativeSide = nativeSide;
    }

    /** A prompt and a seed, with the latents of their guides by the guides' side in pixels. */
    record Subject(String prompt, long seed, Map<Integer, float[]> guides) {
        Subject(String prompt, long seed) {
            this(prompt, seed, new LinkedHashMap<>());
        }
    }

    /**
     * A picture and what denoising it took, its guide not counted.
     *
     * @param processor seconds of all threads of the process
     */
    record Made(RgbImage image, double seconds, double processor) {}

    /** A picture with sides of {@code side} pixels over a guide that is {@code ratio} times smaller. */
    Made levels(Subject subject, int side, HierarchicalSettings settings, int ratio) {
        var guide = guide(subject, side / ratio);
        var whole = whole(subject, side, settings, ratio);
        var clock = Clock.start();
        var latents = whole.pipeline()
                .generate(
                        whole.request(),
                        whole.plan(),
                        Journal.from(new Journal.Position(1, 0, guide, new float[0])),
                        Onlooker.NONE,
                        Progress.NONE);
        var took = clock.took();
        return new Made(whole.pipeline().decode(latents, whole.plan(), Progress.NONE), took.wall(), took.processor());
    }

    /** The whole picture in one piece, whatever the model's own size. */
    RgbImage atOnce(Subject subject, int side) {
        return plain(subject, side).image();
    }

    /** The latents of a picture with this side: made at once up to the model's own size, else over one half as large. */
    private float[] guide(Subject subject, int side) {
        var known = subject.guides().get(side);
        if (known != null) {
            return known;
        }
        float[] latents;
        if (side <= nativeSide) {
            latents = plain(subject, side).latents();
        } else {
            var whole = whole(subject, side, model.hierarchicalSettings(), 2);
            latents = whole.pipeline()
                    .generate(
                            whole.request(),
                            whole.plan(),
                            Journal.from(new Journal.Position(1, 0, guide(subject, side / 2), new float[0])),
                            Onlooker.NONE,
                            Progress.NONE);
        }
        subject.guides().put(side, latents);
        return latents;
    }

    private PicturePipeline.Result plain(Subject subject, int side) {
        return new PicturePipeline(model, this::open).generate(request(subject, side), Progress.NONE);
    }

    /** All that a picture over a guide takes, the guide apart. */
    private record Whole(HierarchicalPipeline pipeline, HierarchicalPipeline.Request request, HierarchicalPlan plan) {}

    private Whole whole(Subject subject, int side, HierarchicalSettings settings, int ratio) {
        var scaled = new HierarchicalSettings(
                settings.geometry().withRatio(ratio),
                settings.shift(),
                settings.steps(),
                settings.skipSteps(),
                settings.guidance(),
                settings.trueCfg(),
                settings.upsampler());
        var request = request(subject, side);
        var pyramid = Pyramid.of(new Level(request.grid(), ratio));
        var guided = model.guided(
                new HierarchicalLora(model.hierarchicalLora().orElseThrow(), 1, HierarchicalLora.Scope.GUIDE));
        var plan = HierarchicalPlan.of(
                model, guided, request, scaled, pyramid, Optional.of(VaeExtent.WHOLE), Long.MAX_VALUE);
        return new Whole(
                new HierarchicalPipeline(model, guided, this::open),
                new HierarchicalPipeline.Request(request, scaled.schedule(), scaled),
                plan);
    }

    private Ops open() {
        return new VectorOps(new Workspace(), threads);
    }

    private GenerationRequest request(Subject subject, int side) {
        return GenerationRequest.of(subject.prompt(), model.defaults(), model.grid(side, side), subject.seed());
    }

    /** Both clocks, seconds: the wall's says what one waits, the processor's hardly depends on what else runs. */
    private record Clock(double wall, double processor) {
        static Clock start() {
            var processor = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
            return new Clock(System.nanoTime() / 1e9, processor / 1e9);
        }

        Clock took() {
            var now = start();
            return new Clock(now.wall - wall, now.processor - processor);
        }
    }
}
