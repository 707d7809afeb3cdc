package io.mural.bench;

import io.mural.Mural;
import io.mural.Request;
import io.mural.bench.AblationPictures.Made;
import io.mural.bench.AblationPictures.Subject;
import io.mural.evaluate.measure.Seams;
import io.mural.evaluate.set.SeamEvaluation;
import io.mural.model.image.RgbImage;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * The papers' questions on pictures of the embedded model: what skipping steps costs, what windows, halos and ratios
 * differ by from dense attention, and what making a picture at once does to its layout. A run is a list of pieces, a
 * question on one prompt and seed each; what is finished is kept, so a run that was cut off goes on.
 */
public final class Ablation {
    static final Path RESULTS = Path.of("bench", "results", "evaluation.jsonl");
    private static final Path PIECES = Path.of("bench", "target", "evaluation", "pieces.jsonl");
    private static final Path MODEL = Path.of("models", "mural-nano");
    private static final List<Subject> SUBJECTS = List.of(
            new Subject("a sunset over purple mountains and a calm sea, the sun on the left", 5),
            new Subject("a sunset over purple mountains and a calm sea, the sun on the left", 6),
            new Subject("pine trees on a snowy field at night, a full moon on the right, grey mountains", 5),
            new Subject("pine trees on a snowy field at night, a full moon on the right, grey mountains", 6));
    /** The paper's table 4: skipped of 28 steps. */
    private static final List<Integer> SKIPPED = List.of(0, 4, 8, 10, 14, 18);

    private static final int PAPERS_STEPS = 28;
    private static final int ROUNDS = 2;
    private static final int SIDE = 512;

    private static final List<Integer> RATIOS = List.of(2, 4);
    private static final List<Integer> WINDOWS = List.of(2, 4, 8, 16);
    private static final List<Integer> HALOS = List.of(0, 1, 2, 4, 8);
    /** Where a picture made at once repeats itself. */
    private static final int LARGE_SIDE = 768;

    private static final int NATIVE_SIDE = 256;
    private static final int TOKEN = 16; // pixels on its side
    /** The embedded model's own window and halo, tokens: the other is kept while one varies. */
    static final int USUAL_WINDOW = 4;

    static final int USUAL_HALO = 2;

    private final AblationPictures pictures;
    private final AblationPieces pieces;
    private final int threads;
    private final String run = Results.newRun();

    private Ablation(AblationPictures pictures, AblationPieces pieces, int threads) {
        this.pictures = pictures;
        this.pieces = pieces;
        this.threads = threads;
    }

    /**
     * {@code [THREADS [MINUTES]]}, or {@code page} to write the page again from the newest results. No piece begins after
     * {@code MINUTES}: the same command goes on with the next.
     */
    public static void main(String[] args) throws IOException {
        if (args.length == 0 || !args[0].equals("page")) {
            int threads = args.length > 0
                    ? Integer.parseInt(args[0])
                    : Runtime.getRuntime().availableProcessors();
            double minutes = args.length > 1 ? Double.parseDouble(args[1]) : Double.POSITIVE_INFINITY;
            if (!measured(threads, minutes)) {
                IO.println("evaluation: not all is measured yet; the same command goes on");
                return;
            }
        }
        new AblationPage(new Results(RESULTS).read()).write(Path.of("docs"));
    }

    /** Whether all is measured now. */
    private static boolean measured(int threads, double minutes) throws IOException {
        var pieces = new AblationPieces(PIECES, threads);
        try (var mural = Mural.builder().model(MODEL).threads(threads).open()) {
            var ablation = new Ablation(new AblationPictures(mural), pieces, threads);
            if (!ablation.measure(minutes)) {
                return false;
            }
            ablation.record(new Results(RESULTS));
        }
        pieces.delete();
        return true;
    }

    // --- pieces
    // ---------------------------------------------------------------------------------------------------------

    private boolean measure(double minutes) {
        long start = System.nanoTime();
        var missing = new LinkedHashMap<>(all());
        missing.keySet().removeIf(name -> pieces.get(name).isPresent());
        if (!missing.isEmpty()) {
            // Once unmeasured, so that compiling is not part of the first figure.
            pictures.make(skipping(SUBJECTS.getFirst(), SKIPPED.getFirst()));
        }
        int left = missing.size();
        for (var piece : missing.entrySet()) {
            if (System.nanoTime() - start > minutes * 60e9) {
                return false;
            }
            var found = piece.getValue().get();
            pieces.put(run, piece.getKey(), found);
            left--;
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d pieces left, %.1f min%n",
                    piece.getKey(),
                    left,
                    (System.nanoTime() - start) / 60e9);
        }
        return true;
    }

    /** What there is to find out, by name; what is timed comes first. */
    private Map<String, Supplier<Map<String, Object>>> all() {
        Map<String, Supplier<Map<String, Object>>> all = new LinkedHashMap<>();
        ofEach(all, "skip", this::skipping);
        for (int ratio : RATIOS) {
            ofEach(all, "window:" + ratio, subject -> geometries(subject, ratio));
        }
        ofEach(all, "layout", this::layouts);
        return all;
    }

    private static void ofEach(
            Map<String, Supplier<Map<String, Object>>> all,
            String question,
            Function<Subject, Map<String, Object>> answer) {
        for (int i = 0; i < SUBJECTS.size(); i++) {
            var subject = SUBJECTS.get(i);
            all.put(question + ":" + i, () -> answer.apply(subject));
        }
    }

    private List<JsonObject> found(String question) {
        List<JsonObject> found = new ArrayList<>();
        for (int i = 0; i < SUBJECTS.size(); i++) {
            found.add(pieces.get(question + ":" + i).orElseThrow());
        }
        return found;
    }

    private void record(Results results) {
        recordSkipping(results);
        RATIOS.forEach(ratio -> recordGeometries(results, ratio));
        recordLayouts(results);
    }

    // --- skipped steps
    // --------------------------------------------------------------------------------------------------

    private static Request skipping(Subject subject, int skipped) {
        return subject.request(SIDE).steps(PAPERS_STEPS).skipSteps(skipped).build();
    }

    /** Every setting in each of several rounds, which begin with another each, so that a busy minute slows all alike. */
    private Map<String, Object> skipping(Subject subject) {
        Map<Integer, List<Made>> made = new LinkedHashMap<>();
        SKIPPED.forEach(skipped -> made.put(skipped, new ArrayList<>()));
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < SKIPPED.size(); i++) {
                int skipped = SKIPPED.get((i + round * SKIPPED.size() / ROUNDS) % SKIPPED.size());
                made.get(skipped).add(pictures.make(skipping(subject, skipped)));
            }
        }
        var full = made.get(SKIPPED.getFirst()).getFirst().image();
        List<Map<String, Object>> settings = new ArrayList<>();
        made.forEach((skipped, rounds) -> {
            Map<String, Object> setting = new LinkedHashMap<>();
            setting.put("skipped", skipped);
            if (skipped > 0) {
                setting.put("psnr_db", rounds.getFirst().image().psnr(full));
            }
            setting.put("seconds", rounds.stream().mapToDouble(Made::seconds).toArray());
            setting.put(
                    "processor", rounds.stream().mapToDouble(Made::processor).toArray());
            settings.add(setting);
        });
        return Map.of("settings", settings);
    }

    private void recordSkipping(Results results) {
        var found = found("skip");
        double wall = median(all(found, 0, "seconds"));
        double processor = median(all(found, 0, "processor"));
        for (int i = 0; i < SKIPPED.size(); i++) {
            int setting = i;
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("skipped", SKIPPED.get(i));
            more.put("steps", PAPERS_STEPS);
            if (SKIPPED.get(i) > 0) {
                psnr(
                        more,
                        found.stream()
                                .mapToDouble(piece -> setting(piece, setting).number("psnr_db"))
                                .toArray());
            }
            var seconds = all(found, i, "seconds");
            more.put("time_ratio", median(seconds) / wall);
            more.put("processor_ratio", median(all(found, i, "processor")) / processor);
            append(results, "skip:" + SKIPPED.get(i), seconds, SIDE, more);
        }
    }

    // --- geometries
    // -----------------------------------------------------------------------------------------------------

    /** A window and a halo, tokens. */
    private record Geometry(int window, int halo) {
        static final Geometry DENSE = new Geometry(SIDE / TOKEN, 0);
    }

    /** One window over all tokens, which is dense attention; all windows with the usual halo, all halos with the usual window. */
    private static List<Geometry> geometries() {
        List<Geometry> all = new ArrayList<>();
        all.add(Geometry.DENSE);
        for (int window : WINDOWS) {
            for (int halo : window == USUAL_WINDOW ? HALOS : List.of(USUAL_HALO)) {
                all.add(new Geometry(window, halo));
            }
        }
        return all;
    }

    /** Pictures that grow from the same guide, {@code ratio} times smaller, beside the one by dense attention. */
    private Map<String, Object> geometries(Subject subject, int ratio) {
        var guide = pictures.guide(subject.request(SIDE / ratio).build());
        Optional<RgbImage> dense = Optional.empty();
        List<Map<String, Object>> settings = new ArrayList<>();
        for (var geometry : geometries()) {
            var made = pictures.make(subject.request(SIDE)
                    .enlarge(guide)
                    .window(geometry.window())
                    .halo(geometry.halo())
                    .build());
            var image = made.image();
            boolean isDense = geometry.equals(Geometry.DENSE);
            int period = (isDense ? USUAL_WINDOW : geometry.window()) * TOKEN;
            var seam = looked(image, List.of(period)).seams().getFirst();
            Map<String, Object> setting = new LinkedHashMap<>();
            dense.ifPresent(reference -> setting.put("psnr_db", image.psnr(reference)));
            setting.put("seam", Math.max(seam.columns().seam(), seam.rows().seam()));
            setting.put("fails", seam.fails());
            setting.put("seconds", new double[] {made.seconds()});
            settings.add(setting);
            dense = dense.or(() -> Optional.of(image));
        }
        return Map.of("settings", settings);
    }

    private void recordGeometries(Results results, int ratio) {
        var found = found("window:" + ratio);
        var geometries = geometries();
        double dense = median(all(found, 0, "seconds"));
        for (int i = 0; i < geometries.size(); i++) {
            int setting = i;
            var of = found.stream().map(piece -> setting(piece, setting)).toList();
            var geometry = geometries.get(i);
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("window", geometry.window());
            more.put("ratio", ratio);
            more.put("halo", geometry.halo());
            if (!geometry.equals(Geometry.DENSE)) {
                psnr(more, of.stream().mapToDouble(one -> one.number("psnr_db")).toArray());
            }
            more.put(
                    "seam",
                    mean(of.stream().mapToDouble(one -> one.number("seam")).toArray()));
            more.put("gate_failed", of.stream().filter(one -> one.bool("fails")).count());
            var seconds = all(found, i, "seconds");
            more.put("time_ratio", median(seconds) / dense);
            append(results, "window:" + geometry.window() + ":" + ratio + ":" + geometry.halo(), seconds, SIDE, more);
        }
    }

    // --- layouts
    // --------------------------------------------------------------------------------------------------------

    /** Level by level and at once: whether rows repeat that do not repeat in the base. */
    private Map<String, Object> layouts(Subject subject) {
        double base = rows(pictures.make(subject.request(NATIVE_SIDE).build()));
        var levels = pictures.make(subject.request(LARGE_SIDE).build());
        var atOnce = pictures.make(subject.request(LARGE_SIDE).atOnce().build());
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("base", base);
        found.put("levels", rows(levels));
        found.put("at-once", rows(atOnce));
        return found;
    }

    private void recordLayouts(Results results) {
        var found = found("layout");
        for (var way : List.of("base", "levels", "at-once")) {
            var bands = found.stream().mapToDouble(piece -> piece.number(way)).toArray();
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("bands_rows", mean(bands));
            more.put("bands_rows_each", bands);
            more.put(
                    "gate_failed",
                    found.stream()
                            .filter(piece -> new Seams.Bands(0, piece.number(way)).fails(piece.number("base")))
                            .count());
            describe(more, way.equals("base") ? NATIVE_SIDE : LARGE_SIDE);
            results.append(run, "evaluation:layout:" + way, "mural", threads, more);
        }
    }

    private static double rows(Made made) {
        return looked(made.image(), List.of()).bands().rows();
    }

    private static SeamEvaluation.Found looked(RgbImage image, List<Integer> periods) {
        return new SeamEvaluation(periods, Optional.empty()).of(Path.of("picture"), image);
    }

    // --- figures
    // --------------------------------------------------------------------------------------------------------

    private static JsonObject setting(JsonObject piece, int number) {
        return piece.objects("settings").get(number);
    }

    /** What a setting got in all pieces. */
    private static double[] all(List<JsonObject> found, int number, String key) {
        return found.stream()
                .flatMapToDouble(piece -> DoubleStream.of(setting(piece, number).numbers(key)))
                .toArray();
    }

    private static void psnr(Map<String, Object> more, double[] each) {
        more.put("psnr_db", mean(each));
        more.put("psnr_db_each", each);
    }

    private static double median(double[] values) {
        return Timing.of(values).median();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** @param seconds of denoising, a picture each */
    private void append(Results results, String what, double[] seconds, int side, Map<String, Object> more) {
        describe(more, side);
        results.append(run, "evaluation:" + what, "mural", threads, "wall", Timing.of(seconds), more);
    }

    private static void describe(Map<String, Object> more, int side) {
        more.put("pixels", side);
        more.put("pictures", SUBJECTS.size());
    }
}
