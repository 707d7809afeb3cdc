package io.mural.bench;

import io.mural.evaluate.measure.Seams;
import io.mural.evaluate.set.SeamEvaluation;
import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalGeometry;
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
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The papers' questions on pictures of the embedded model: what skipping steps costs, what windows, halos and ratios
 * differ by from dense attention, and what making a picture at once does to its layout. All pictures of one prompt and
 * seed grow from the same base.
 */
public final class Ablation {
    static final Path RESULTS = Path.of("bench", "results", "evaluation.jsonl");
    private static final Path MODEL = Path.of("models", "mural-nano");
    private static final List<String> PROMPTS = List.of(
            "a sunset over purple mountains and a calm sea, the sun on the left", "a green hill under a blue sky");
    private static final long[] SEEDS = {5, 6};
    /** The paper's table 4: skipped of 28 steps. */
    private static final int[] SKIPPED = {0, 4, 8, 10, 14, 18};

    private static final int PAPERS_STEPS = 28;
    private static final int[] WINDOWS = {2, 4, 8};
    private static final int[] HALOS = {0, 1, 2, 4, 8};
    private static final int RATIO = 2;
    private static final int SIDE = 512;

    private final PictureModel model;
    private final int threads;
    private final Results results = new Results(RESULTS);
    private final String run = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();

    private Ablation(PictureModel model, int threads) {
        this.model = model;
        this.threads = threads;
    }

    public static void main(String[] args) {
        int threads = args.length > 0
                ? Integer.parseInt(args[0])
                : Runtime.getRuntime().availableProcessors();
        try (var model = PictureModel.open(MODEL, Optional.empty(), List.of())) {
            new Ablation(model, threads).measure();
        }
    }

    /** A prompt and a seed with the latents of their base, by its side in pixels. */
    private record Subject(String prompt, long seed, Map<Integer, float[]> bases) {}

    /** A picture and what it took. */
    private record Made(RgbImage image, double seconds) {}

    private void measure() {
        List<Subject> subjects = new ArrayList<>();
        for (var prompt : PROMPTS) {
            for (long seed : SEEDS) {
                subjects.add(new Subject(prompt, seed, new LinkedHashMap<>()));
            }
        }
        // Once unmeasured, so that compiling is not part of the first figure.
        levels(subjects.getFirst(), usual(), RATIO);
        skipping(subjects);
        geometries(subjects);
        layouts(subjects);
    }

    private void skipping(List<Subject> subjects) {
        var settings = usual();
        var full = new LinkedHashMap<Subject, Made>();
        for (int skipped : SKIPPED) {
            var seconds = new ArrayList<Double>();
            var psnrs = new ArrayList<Double>();
            var ratios = new ArrayList<Double>();
            for (var subject : subjects) {
                var made = levels(subject, with(settings, settings.geometry(), PAPERS_STEPS, skipped), RATIO);
                full.putIfAbsent(subject, made);
                seconds.add(made.seconds());
                ratios.add(made.seconds() / full.get(subject).seconds());
                psnrs.add(made.image().psnr(full.get(subject).image()));
            }
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("skipped", skipped);
            more.put("steps", PAPERS_STEPS);
            if (skipped > 0) {
                more.put("psnr_db", mean(psnrs));
                more.put("time_ratio", mean(ratios));
            }
            append("evaluation:skip:" + skipped, seconds, more);
        }
    }

    /** Windows, halos and ratios against one window over all tokens, which is dense attention. */
    private void geometries(List<Subject> subjects) {
        var settings = usual();
        var usual = settings.geometry();
        for (int ratio : new int[] {2, 4}) {
            var dense = new LinkedHashMap<Subject, RgbImage>();
            for (var subject : subjects) {
                var all = geometry(usual, SIDE / model.tokenPixels(), 0);
                dense.put(
                        subject,
                        levels(subject, with(settings, all, settings.steps(), settings.skipSteps()), ratio)
                                .image());
            }
            for (int window : ratio == RATIO ? WINDOWS : new int[] {usual.window()}) {
                for (int halo : window == usual.window() ? HALOS : new int[] {usual.halo()}) {
                    against(subjects, dense, ratio, geometry(usual, window, halo));
                }
            }
        }
    }

    private void against(
            List<Subject> subjects, Map<Subject, RgbImage> dense, int ratio, HierarchicalGeometry geometry) {
        var settings = usual();
        var seconds = new ArrayList<Double>();
        var psnrs = new ArrayList<Double>();
        var seams = new ArrayList<Double>();
        int failing = 0;
        var evaluation = new SeamEvaluation(List.of(geometry.window() * model.tokenPixels()), Optional.empty());
        for (var subject : subjects) {
            var made = levels(subject, with(settings, geometry, settings.steps(), settings.skipSteps()), ratio);
            seconds.add(made.seconds());
            psnrs.add(made.image().psnr(dense.get(subject)));
            var found = evaluation.of(Path.of("picture"), made.image()).seams().getFirst();
            seams.add(Math.max(found.columns().seam(), found.rows().seam()));
            failing += found.fails() ? 1 : 0;
        }
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("window", geometry.window());
        more.put("ratio", ratio);
        more.put("halo", geometry.halo());
        more.put("psnr_db", mean(psnrs));
        more.put("seam", mean(seams));
        more.put("gate_failed", failing);
        append("evaluation:window:" + geometry.window() + ":" + ratio + ":" + geometry.halo(), seconds, more);
    }

    /** Level by level and at once: whether rows repeat. */
    private void layouts(List<Subject> subjects) {
        for (var way : List.of("levels", "at-once")) {
            var seconds = new ArrayList<Double>();
            var bands = new ArrayList<Double>();
            int failing = 0;
            for (var subject : subjects) {
                var made = way.equals("levels") ? levels(subject, usual(), RATIO) : atOnce(subject);
                var found = new SeamEvaluation(List.of(), Optional.empty())
                        .of(Path.of("picture"), made.image())
                        .bands();
                seconds.add(made.seconds());
                bands.add(found.rows());
                failing += found.rows() >= Seams.LARGEST_BANDS ? 1 : 0;
            }
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("bands_rows", mean(bands));
            more.put("gate_failed", failing);
            append("evaluation:layout:" + way, seconds, more);
        }
    }

    // --- pictures
    // -------------------------------------------------------------------------------------------------------

    private HierarchicalSettings usual() {
        return model.hierarchicalSettings();
    }

    private static HierarchicalGeometry geometry(HierarchicalGeometry usual, int window, int halo) {
        return new HierarchicalGeometry(
                window, usual.ratio(), halo, usual.guidanceHalo(), usual.guidanceRadius(), usual.ntkFactor());
    }

    private static HierarchicalSettings with(
            HierarchicalSettings settings, HierarchicalGeometry geometry, int steps, int skipped) {
        return new HierarchicalSettings(
                geometry,
                settings.shift(),
                steps,
                skipped,
                settings.guidance(),
                settings.trueCfg(),
                settings.upsampler());
    }

    private Ops open() {
        return new VectorOps(new Workspace(), threads);
    }

    private GenerationRequest request(Subject subject, int side) {
        return GenerationRequest.of(subject.prompt(), model.defaults(), model.grid(side, side), subject.seed());
    }

    private Made atOnce(Subject subject) {
        long start = System.nanoTime();
        var request = request(subject, SIDE);
        var image = new PicturePipeline(model, this::open)
                .generate(request, Progress.NONE)
                .image();
        return new Made(image, (System.nanoTime() - start) / 1e9);
    }

    /** The large picture over the subject's base; what it takes is told without the base. */
    private Made levels(Subject subject, HierarchicalSettings settings, int ratio) {
        var scaled = new HierarchicalSettings(
                settings.geometry().withRatio(ratio),
                settings.shift(),
                settings.steps(),
                settings.skipSteps(),
                settings.guidance(),
                settings.trueCfg(),
                settings.upsampler());
        var base = subject.bases().computeIfAbsent(SIDE / ratio, side -> base(subject, side));
        var request = request(subject, SIDE);
        var pyramid = Pyramid.of(new Level(request.grid(), ratio));
        var guided = model.guided(
                new HierarchicalLora(model.hierarchicalLora().orElseThrow(), 1, HierarchicalLora.Scope.GUIDE));
        var plan = HierarchicalPlan.of(
                model, guided, request, scaled, pyramid, Optional.of(VaeExtent.WHOLE), Long.MAX_VALUE);
        var pipeline = new HierarchicalPipeline(model, guided, this::open);
        var whole = new HierarchicalPipeline.Request(request, scaled.schedule(), scaled);
        long start = System.nanoTime();
        var latents = pipeline.generate(whole, plan, from(base), Onlooker.NONE, Progress.NONE);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Made(pipeline.decode(latents, plan, Progress.NONE), seconds);
    }

    private float[] base(Subject subject, int side) {
        var request = request(subject, side);
        return new PicturePipeline(model, this::open)
                .generate(request, Progress.NONE)
                .latents();
    }

    private static Journal from(float[] guide) {
        return new Journal() {
            @Override
            public Optional<Position> start() {
                return Optional.of(new Position(1, 0, guide, new float[0]));
            }

            @Override
            public void reached(Position position) {}
        };
    }

    // --- figures
    // --------------------------------------------------------------------------------------------------------

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private void append(String what, List<Double> seconds, Map<String, Object> more) {
        more.put("pixels", SIDE);
        more.put("pictures", seconds.size());
        var timing = Timing.of(seconds.stream().mapToDouble(Double::doubleValue).toArray());
        results.append(run, what, "mural", threads, "wall", timing, more);
        System.out.printf(Locale.ROOT, "%s: %.2f s %s%n", what, timing.median(), more);
    }
}
