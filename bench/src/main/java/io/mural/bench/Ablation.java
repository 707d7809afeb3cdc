package io.mural.bench;

import io.mural.bench.AblationPictures.Made;
import io.mural.bench.AblationPictures.Subject;
import io.mural.evaluate.measure.Seams;
import io.mural.evaluate.set.SeamEvaluation;
import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.image.RgbImage;
import io.mural.model.request.HierarchicalSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The papers' questions on pictures of the embedded model: what skipping steps costs, what windows, halos and ratios
 * differ by from dense attention, and what making a picture at once does to its layout. All pictures of one prompt and
 * seed grow from the same base. What is compared is made one after the other, so that a busy machine slows all alike.
 */
public final class Ablation {
    static final Path RESULTS = Path.of("bench", "results", "evaluation.jsonl");
    private static final Path MODEL = Path.of("models", "mural-nano");
    private static final List<String> PROMPTS = List.of(
            "a sunset over purple mountains and a calm sea, the sun on the left",
            "pine trees on a snowy field at night, a full moon on the right, grey mountains");
    private static final long[] SEEDS = {5, 6};
    /** The paper's table 4: skipped of 28 steps. */
    private static final int[] SKIPPED = {0, 4, 8, 10, 14, 18};

    private static final int PAPERS_STEPS = 28;
    private static final int[] RATIOS = {2, 4};
    private static final int[] WINDOWS = {2, 4, 8, 16};
    private static final int[] HALOS = {0, 1, 2, 4, 8};
    private static final int SIDE = 512;
    /** Where a picture made at once repeats itself. */
    private static final int LARGE_SIDE = 1024;

    private static final int NATIVE_SIDE = 256;

    private final int threads;
    private final AblationPictures pictures;
    private final int pixels; // on a side of a token
    private final HierarchicalSettings usual;
    private final List<Subject> subjects = new ArrayList<>();
    private final Results results = new Results(RESULTS);
    private final String run = Results.newRun();

    private Ablation(PictureModel model, int threads) {
        this.threads = threads;
        pictures = new AblationPictures(model, threads, NATIVE_SIDE);
        pixels = model.tokenPixels();
        usual = model.hierarchicalSettings();
        for (var prompt : PROMPTS) {
            for (long seed : SEEDS) {
                subjects.add(new Subject(prompt, seed));
            }
        }
    }

    /** {@code [THREADS]}, or {@code page} to write the page again from the newest results. */
    public static void main(String[] args) throws IOException {
        if (args.length == 0 || !args[0].equals("page")) {
            int threads = args.length > 0
                    ? Integer.parseInt(args[0])
                    : Runtime.getRuntime().availableProcessors();
            try (var model = PictureModel.open(MODEL, Optional.empty(), List.of())) {
                new Ablation(model, threads).measure();
            }
        }
        new AblationPage(new Results(RESULTS).read()).write(Path.of("docs"));
    }

    private void measure() {
        // Once unmeasured, so that compiling is not part of the first figure.
        pictures.levels(subjects.getFirst(), SIDE, usual, usual.geometry().ratio());
        skipping();
        for (int ratio : RATIOS) {
            geometries(ratio);
        }
        layouts();
    }

    // --- skipped steps
    // --------------------------------------------------------------------------------------------------

    /** What skipping that many steps gave, a value a subject. */
    private record Skipping(List<Double> seconds, List<Double> psnrs, List<Double> wall, List<Double> processor) {
        Skipping() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        void add(Made made, Made full) {
            seconds.add(made.seconds());
            psnrs.add(made.image().psnr(full.image()));
            wall.add(made.seconds() / full.seconds());
            processor.add(made.processor() / full.processor());
        }
    }

    private void skipping() {
        var found = new LinkedHashMap<Integer, Skipping>();
        for (var subject : subjects) {
            Made full = null;
            for (int skipped : SKIPPED) {
                var settings = with(usual.geometry(), PAPERS_STEPS, skipped);
                var made = pictures.levels(
                        subject, SIDE, settings, usual.geometry().ratio());
                full = full == null ? made : full;
                found.computeIfAbsent(skipped, none -> new Skipping()).add(made, full);
            }
        }
        found.forEach((skipped, all) -> {
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("skipped", skipped);
            more.put("steps", PAPERS_STEPS);
            if (skipped > 0) {
                more.put("psnr_db", mean(all.psnrs()));
                more.put("psnr_db_each", numbers(all.psnrs()));
            }
            more.put("time_ratio", mean(all.wall()));
            more.put("processor_ratio", mean(all.processor()));
            append("evaluation:skip:" + skipped, all.seconds(), more);
        });
    }

    // --- geometries
    // -----------------------------------------------------------------------------------------------------

    /** What a geometry gave, a value a subject. */
    private record Windows(List<Double> seconds, List<Double> psnrs, List<Double> seams, List<Boolean> failed) {
        Windows() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Windows and halos against one window over all tokens, which is dense attention. */
    private void geometries(int ratio) {
        var found = new LinkedHashMap<HierarchicalGeometry, Windows>();
        for (var subject : subjects) {
            var dense = pictures.levels(subject, SIDE, with(geometry(SIDE / pixels, 0)), ratio);
            for (var geometry : geometries()) {
                var all = found.computeIfAbsent(geometry, none -> new Windows());
                var made = pictures.levels(subject, SIDE, with(geometry), ratio);
                var seam = found(made.image(), geometry).seams().getFirst();
                all.seconds().add(made.seconds());
                all.psnrs().add(made.image().psnr(dense.image()));
                all.seams().add(Math.max(seam.columns().seam(), seam.rows().seam()));
                all.failed().add(seam.fails());
            }
        }
        found.forEach((geometry, all) -> {
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("window", geometry.window());
            more.put("ratio", ratio);
            more.put("halo", geometry.halo());
            more.put("psnr_db", mean(all.psnrs()));
            more.put("psnr_db_each", numbers(all.psnrs()));
            more.put("seam", mean(all.seams()));
            more.put(
                    "gate_failed",
                    all.failed().stream().filter(failed -> failed).count());
            append("evaluation:window:" + geometry.window() + ":" + ratio + ":" + geometry.halo(), all.seconds(), more);
        });
    }

    /** All windows with the usual halo, and all halos with the usual window. */
    private List<HierarchicalGeometry> geometries() {
        List<HierarchicalGeometry> all = new ArrayList<>();
        for (int window : WINDOWS) {
            for (int halo : window == usual.geometry().window()
                    ? HALOS
                    : new int[] {usual.geometry().halo()}) {
                all.add(geometry(window, halo));
            }
        }
        return all;
    }

    private SeamEvaluation.Found found(RgbImage image, HierarchicalGeometry geometry) {
        return new SeamEvaluation(List.of(geometry.window() * pixels), Optional.empty()).of(Path.of("picture"), image);
    }

    // --- layouts
    // --------------------------------------------------------------------------------------------------------

    /** Level by level and at once: whether rows repeat that do not repeat in the base. */
    private void layouts() {
        var bands = new LinkedHashMap<String, List<Double>>();
        var failed = new LinkedHashMap<String, Integer>();
        for (var subject : subjects) {
            double base = rows(pictures.atOnce(subject, NATIVE_SIDE));
            var images = new LinkedHashMap<String, RgbImage>();
            images.put(
                    "levels",
                    pictures.levels(subject, LARGE_SIDE, usual, usual.geometry().ratio())
                            .image());
            images.put("at-once", pictures.atOnce(subject, LARGE_SIDE));
            bands.computeIfAbsent("base", none -> new ArrayList<>()).add(base);
            images.forEach((way, image) -> {
                double rows = rows(image);
                bands.computeIfAbsent(way, none -> new ArrayList<>()).add(rows);
                failed.merge(way, new Seams.Bands(0, rows).fails(base) ? 1 : 0, Integer::sum);
            });
        }
        bands.forEach((way, values) -> {
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("bands_rows", mean(values));
            more.put("bands_rows_each", numbers(values));
            more.put("gate_failed", failed.getOrDefault(way, 0));
            append("evaluation:layout:" + way, more);
        });
    }

    private static double rows(RgbImage image) {
        return new SeamEvaluation(List.of(), Optional.empty())
                .of(Path.of("picture"), image)
                .bands()
                .rows();
    }

    // --- settings and figures
    // -------------------------------------------------------------------------------------------

    private HierarchicalGeometry geometry(int window, int halo) {
        var as = usual.geometry();
        return new HierarchicalGeometry(
                window, as.ratio(), halo, as.guidanceHalo(), as.guidanceRadius(), as.ntkFactor());
    }

    private HierarchicalSettings with(HierarchicalGeometry geometry) {
        return with(geometry, usual.steps(), usual.skipSteps());
    }

    private HierarchicalSettings with(HierarchicalGeometry geometry, int steps, int skipped) {
        return new HierarchicalSettings(
                geometry, usual.shift(), steps, skipped, usual.guidance(), usual.trueCfg(), usual.upsampler());
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static double[] numbers(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** @param seconds of denoising, a picture each */
    private void append(String what, List<Double> seconds, Map<String, Object> more) {
        describe(more, SIDE);
        results.append(run, what, "mural", threads, "wall", Timing.of(numbers(seconds)), more);
        System.out.printf(Locale.ROOT, "%s: %s%n", what, more);
    }

    private void append(String what, Map<String, Object> found) {
        describe(found, LARGE_SIDE);
        results.append(run, what, "mural", threads, found);
        System.out.printf(Locale.ROOT, "%s: %s%n", what, found);
    }

    private void describe(Map<String, Object> more, int side) {
        more.put("pixels", side);
        more.put("pictures", subjects.size());
    }
}
