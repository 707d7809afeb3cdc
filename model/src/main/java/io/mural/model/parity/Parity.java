package io.mural.model.parity;

import io.mural.model.wan.AttentionPattern;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Runs reference cases through the normal loading and forward code of a device and judges them. Case files and what
 * they hold are described in docs/parity.md.
 */
public final class Parity {
    private static final String CASES = "cases";
    private static final String SCHEDULES = "schedules.json";
    private static final String TOKENIZERS = "tokenizers.json";
    /** No further cases. */
    private static final OtherCases NONE = new OtherCases() {
        @Override
        public boolean knows(String component) {
            return false;
        }

        @Override
        public Judgement judge(ParityCase given, Supplier<Ops> device) {
            throw new IllegalArgumentException(given.component());
        }

        @Override
        public boolean knowsTable(String fileName) {
            return false;
        }

        @Override
        public Judgement judgeTable(Path file) {
            throw new IllegalArgumentException(file.toString());
        }
    };
    /** The component of a file that cannot be read. */
    private static final String UNKNOWN = "unknown";

    private final Supplier<Ops> device;
    private final Consumer<Outcome> report;
    private final OtherCases others;
    private final double weightUnit;

    /**
     * @param device opens operations for a case
     * @param report told every outcome as it is known
     */
    public Parity(Supplier<Ops> device, Consumer<Outcome> report) {
        this(device, report, NONE);
    }

    /** @param others judges the components that are not known here */
    public Parity(Supplier<Ops> device, Consumer<Outcome> report, OtherCases others) {
        this(device, report, others, 0);
    }

    /** @param weightUnit the most that the device rounds an element of a weight by, relative to its size */
    public Parity(Supplier<Ops> device, Consumer<Outcome> report, OtherCases others, double weightUnit) {
        this.weightUnit = weightUnit;
        this.device = device;
        this.report = report;
        this.others = others;
    }

    /**
     * The case files among {@code paths} and in the folders among them, in order of name. A set, which holds models
     * beside a folder {@code cases}, gives the cases of that folder and the tables ({@code *.json}) beside it.
     */
    public static List<Path> find(List<Path> paths) {
        var files = new ArrayList<Path>();
        for (var path : paths) {
            if (!Files.exists(path)) {
                throw new InputException(path + ": no such file or folder of reference cases");
            }
            if (!Files.isDirectory(path)) {
                files.add(path);
                continue;
            }
            var set = path.resolve(CASES);
            var cases = new ArrayList<Path>();
            if (Files.isDirectory(set)) {
                cases.addAll(list(path, Parity::isTable));
                cases.addAll(list(set, Parity::isCase));
            } else {
                cases.addAll(list(path, Parity::isCase));
            }
            if (cases.isEmpty()) {
                throw new InputException(
                        path + " holds no reference cases (*.safetensors, " + SCHEDULES + ", " + TOKENIZERS + ")");
            }
            files.addAll(cases);
        }
        return files;
    }

    private static List<Path> list(Path folder, Predicate<Path> wanted) {
        try (var entries = Files.list(folder)) {
            return entries.filter(wanted).sorted().toList();
        } catch (IOException e) {
            throw new InputException(folder + " cannot be listed: " + Shown.reason(e), e);
        }
    }

    private static boolean isTable(Path file) {
        return file.getFileName().toString().endsWith(".json");
    }

    private static boolean isCase(Path file) {
        var name = file.getFileName().toString();
        return name.endsWith(".safetensors") || name.equals(SCHEDULES) || name.equals(TOKENIZERS);
    }

    /** Judges a file. What cannot be read or run is reported as failed, so that other files can be judged. */
    public void run(Path file) {
        var name = file.getFileName().toString();
        judging(UNKNOWN, name, () -> {
            switch (name) {
                case SCHEDULES -> schedules(file);
                case TOKENIZERS -> tokenizers(file);
                default -> {
                    if (others.knowsTable(name)) {
                        table(file);
                    } else {
                        tensors(file);
                    }
                }
            }
        });
    }

    private void table(Path file) {
        long start = System.nanoTime();
        var name = file.getFileName().toString();
        var component = name.substring(0, name.length() - ".json".length());
        var judged = others.judgeTable(file);
        report.accept(Outcome.error(component, name, judged.error(), judged.bound(), since(start), judged.detail()));
    }

    private void judging(String component, String name, Runnable body) {
        long start = System.nanoTime();
        try {
            body.run();
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            report.accept(Outcome.broken(component, name, since(start), e));
        }
    }

    private void tensors(Path file) {
        try (var given = ParityCase.open(file)) {
            judging(given.component(), given.name(), () -> tensors(given));
        }
    }

    private void tensors(ParityCase given) {
        long start = System.nanoTime();
        var components = new ComponentCases(device);
        var flux2 = new Flux2Cases(device);
        var wan = new WanCases(device);
        switch (given.component()) {
            case "noise" -> error(given, SamplingCases.noise(given), Bounds.NOISE, start);
            case "flux1-transformer" ->
                error(given, components.transformer(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "flux1-hierarchical" ->
                error(given, components.hierarchical(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "clip-text" ->
                error(given, components.clipText(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "t5-encoder" ->
                error(given, components.t5Encoder(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "vae-decode" -> error(given, components.vaeDecode(given), Bounds.error(Bounds.VAE, weightUnit), start);
            case "vae-encode" -> error(given, components.vaeEncode(given), Bounds.error(Bounds.VAE, weightUnit), start);
            case "flux2-transformer" ->
                error(given, flux2.transformer(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "flux2-hierarchical" ->
                error(given, flux2.hierarchical(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "flux2-vae-decode" ->
                error(given, flux2.vaeDecode(given), Bounds.error(Bounds.VAE, weightUnit), start);
            case "flux2-vae-encode" ->
                error(given, flux2.vaeEncode(given), Bounds.error(Bounds.VAE, weightUnit), start);
            case "qwen3-encoder" ->
                error(given, flux2.qwen3Encoder(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "wan-transformer" ->
                error(given, wan.transformer(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "wan-vae-decode" -> error(given, wan.vaeDecode(given), Bounds.error(Bounds.VAE, weightUnit), start);
            case "wan-vae-encode" -> error(given, wan.vaeEncode(given), Bounds.error(Bounds.VAE, weightUnit), start);
            case "umt5-encoder" ->
                error(given, wan.umT5Encoder(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "ultragen-attention" ->
                error(given, wan.ultraGenAttention(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "ultragen-transformer" ->
                error(given, wan.ultraGenTransformer(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "t3-transformer" ->
                error(given, wan.t3Transformer(given), Bounds.error(Bounds.COMPONENT, weightUnit), start);
            case "wan-pipeline" -> video(given, AttentionPattern.DENSE, start);
            case "ultragen-pipeline" -> video(given, WanCases.ultraGen(given), start);
            case "wan-scheduler" -> error(given, WanSamplingCases.steps(given), Bounds.COMPONENT, start);
            case "flux1-pipeline", "flux1-image-to-image" -> psnr(given, new PipelineCases(device).run(given), start);
            case "flux1-image-to-image-sampled", "flux1-inpaint", "flux1-kontext", "flux1-fill", "flux1-control" ->
                edited(given, new EditingCases(device).flux1(given), start);
            case "flux2-inpaint" -> edited(given, new EditingCases(device).flux2(given), start);
            case "flux2-pipeline" -> psnr(given, new PipelineCases(device).flux2(given), start);
            case "flux1-hierarchical-pipeline" -> psnr(given, new PipelineCases(device).hierarchical(given), start);
            default -> {
                if (others.knows(given.component())) {
                    var judged = others.judge(given, device);
                    report.accept(Outcome.error(
                            given.component(),
                            given.name(),
                            judged.error(),
                            judged.bound(),
                            since(start),
                            judged.detail()));
                } else {
                    report.accept(Outcome.unsupported(given.component(), given.name()));
                }
            }
        }
    }

    /** A clip is judged by its latents, and by its frames where the case has them. */
    private void video(ParityCase given, AttentionPattern pattern, long start) {
        var judged = new VideoCases(device).run(given, pattern);
        if (judged.psnr().isPresent() && judged.latents() <= Bounds.LATENTS) {
            psnr(given, new PipelineCases.Judged(judged.psnr().getAsDouble(), judged.detail()), start);
        } else {
            report.accept(Outcome.error(
                    given.component(), given.name(), judged.latents(), Bounds.LATENTS, since(start), judged.detail()));
        }
    }

    /** A picture made from others is judged by its latents too: 8 bits hide much. */
    private void edited(ParityCase given, EditingCases.Judged judged, long start) {
        if (judged.latents() <= Bounds.LATENTS_OF_PICTURES) {
            psnr(given, new PipelineCases.Judged(judged.psnr(), judged.detail()), start);
        } else {
            report.accept(Outcome.error(
                    given.component(),
                    given.name(),
                    judged.latents(),
                    Bounds.LATENTS_OF_PICTURES,
                    since(start),
                    judged.detail()));
        }
    }

    private void psnr(ParityCase given, PipelineCases.Judged judged, long start) {
        double bound = Bounds.psnr(given.params().number("psnr_bound_db"), weightUnit);
        report.accept(
                Outcome.psnr(given.component(), given.name(), judged.psnr(), bound, since(start), judged.detail()));
    }

    private void error(ParityCase given, double error, double bound, long start) {
        report.accept(Outcome.error(given.component(), given.name(), error, bound, since(start), ""));
    }

    private void schedules(Path file) {
        for (var entry : Json.readObjects(file)) {
            long start = System.nanoTime();
            var family = entry.string("family");
            var component = family + "-schedule";
            var name = entry.integer("steps") + " steps, " + entry.integer("image_seq_len") + " tokens, "
                    + (entry.bool("dynamic") ? "dynamic" : "fixed");
            switch (family) {
                case "flux1", "flux2" -> {
                    double error = SamplingCases.schedule(entry);
                    report.accept(Outcome.error(component, name, error, Bounds.SCHEDULE, since(start), ""));
                }
                default -> report.accept(Outcome.unsupported(component, name));
            }
        }
    }

    private void tokenizers(Path file) {
        var root = ParityCase.root(file);
        JsonObject lists = Json.read(file);
        for (var kind : lists.keys()) {
            long start = System.nanoTime();
            var entries = lists.objects(kind);
            switch (kind) {
                case "clip" -> tokenizer(kind, TokenizerCases.clip(root, entries), start);
                case "t5" -> tokenizer(kind, TokenizerCases.t5(root, entries), start);
                case "qwen" -> tokenizer(kind, TokenizerCases.qwen(root, entries), start);
                case "umt5" -> tokenizer(kind, TokenizerCases.umT5(root, entries), start);
                default -> report.accept(Outcome.unsupported(kind + "-tokenizer", TOKENIZERS));
            }
        }
    }

    private void tokenizer(String kind, TokenizerCases.Judged judged, long start) {
        double wrong = (double) judged.wrong() / judged.texts();
        report.accept(Outcome.error(kind + "-tokenizer", TOKENIZERS, wrong, 0, since(start), judged.detail()));
    }

    private static long since(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
