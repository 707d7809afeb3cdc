package io.mural.weights.names;

import io.mural.tensor.InputException;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.NonFinite;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Shown;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A LoRA file: low-rank additions to the layers of a transformer (arXiv 2106.09685). Read in the key styles of
 * diffusers and PEFT, of kohya's trainers, of XLabs, and of the single-file names under {@code diffusion_model.}; which
 * layer a key means is looked up among the names of the model it is applied to. It owns its mapped file: models made
 * with it are valid until it is closed.
 */
public final class Lora implements AutoCloseable {
    private static final List<String> TEXT_ENCODERS =
            List.of("text_encoder.", "text_encoder_2.", "text_encoders.", "lora_te", "clip_l.", "t5xxl.");

    private final Checkpoint file;
    private final List<LoraEntry> entries;
    private final LoraScale scale;
    private boolean finite;

    private Lora(Checkpoint file) {
        this.file = file;
        file.others().values().stream()
                .filter(other -> LoraEntry.isOfLayer(other.name()))
                .findFirst()
                .ifPresent(other -> {
                    throw new InputException(file.source() + ": " + Shown.quoted(other.name()) + " is " + other.dtype()
                            + ", a type that is not supported; use the LoRA in bf16 or float32");
                });
        // Some files hold the same layers in two spellings; as in diffusers, its own goes first.
        this.entries = LoraEntry.read(file).stream()
                .sorted(Comparator.comparing(
                        entry -> !entry.tensors().getFirst().name().startsWith("transformer.")))
                .toList();
        this.scale = new LoraScale(file);
    }

    /**
     * What a LoRA file holds, seen without a model.
     *
     * @param style whose key style it is in
     * @param layers layers it adapts, text encoders' not counted
     * @param textLayers layers of text encoders, which are not applied
     * @param ranks every rank there is
     * @param scales every alpha / rank there is
     * @param methods other than plain low-rank matrices, which are not applied
     */
    public record Summary(
            String style,
            int layers,
            int textLayers,
            SortedSet<Integer> ranks,
            SortedSet<Double> scales,
            SortedSet<String> methods) {}

    /** Whether a checkpoint holds low-rank matrices rather than a model. */
    public static boolean isOne(Checkpoint checkpoint) {
        return LoraEntry.read(checkpoint).stream()
                .anyMatch(entry -> entry.down().isPresent() && entry.up().isPresent() || entry.isLycoris());
    }

    /** Opens a file; {@link InputException} when it cannot be read or says of itself that it is no LoRA. */
    public static Lora open(Path path) {
        Checkpoint file = Checkpoint.open(path);
        try {
            return new Lora(file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The file it was opened from. */
    public String source() {
        return file.source();
    }

    /** The free texts of the header. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /** What it holds; {@link InputException} when a matrix is none. */
    public Summary summary() {
        SortedSet<Integer> ranks = new TreeSet<>();
        SortedSet<Double> scales = new TreeSet<>();
        String style = "";
        int layers = 0;
        int textLayers = 0;
        SortedSet<String> methods = new TreeSet<>();
        for (LoraEntry entry : entries) {
            entry.others().keySet().stream()
                    .filter(part -> !LoraEntry.isApplied(part))
                    .forEach(part -> LoraEntry.method(part).ifPresent(methods::add));
            if (entry.down().isEmpty() && !entry.isLycoris()) {
                continue;
            }
            if (entry.down().isPresent()) {
                int rank = matrix(entry.down().get()).rows();
                ranks.add(rank);
                scales.add(scale.of(entry, rank));
            }
            if (isText(entry)) {
                textLayers++;
            } else {
                layers++;
                style = style.isEmpty() ? entry.style() : style;
            }
        }
        return new Summary(style, layers, textLayers, ranks, scales, methods);
    }

    /** The names of the layers it adapts in this model. */
    public Set<String> layers(Weights model) {
        return new LinkedHashSet<>(match(model.catalog()).adapters().keySet());
    }

    /** How many inputs it takes a layer of this model to have; empty where it does not adapt the layer. */
    public OptionalInt inputs(Weights model, String layer) {
        ModuleNames names = new ModuleNames(model.catalog());
        return entries.stream()
                .filter(entry -> entry.down().isPresent()
                        && names.find(entry.module())
                                .filter(target -> target.modules().equals(List.of(layer)))
                                .isPresent())
                .mapToInt(entry -> matrix(entry.down().get()).cols())
                .findFirst();
    }

    /** What it adds to the layers of this model, by their names, at full strength. */
    public Map<String, LowRank> terms(Weights model) {
        Map<String, LowRank> terms = new LinkedHashMap<>();
        match(model.catalog())
                .adapters()
                .forEach((module, adapter) ->
                        terms.put(module, new LowRank(adapter.down(), adapter.up(), (float) adapter.scale())));
        return terms;
    }

    /** What of the file is not applied to this model, one line each: other components, layers the model lacks. */
    public List<String> notes(Weights model) {
        return match(model.catalog()).notes();
    }

    @Override
    public void close() {
        file.close();
    }

    /** Resolves every key; {@link InputException} for methods that a low-rank matrix cannot stand for. */
    LoraMatch match(Catalog model) {
        ModuleNames names = new ModuleNames(model);
        Map<String, LoraMatch.Adapter> adapters = new LinkedHashMap<>();
        Map<String, float[]> biases = new LinkedHashMap<>();
        List<String> norms = new ArrayList<>();
        List<String> text = new ArrayList<>();
        List<String> zero = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        Map<String, float[]> scales = new LinkedHashMap<>();
        NormNames normNames = new NormNames(model);
        for (LoraEntry read : entries) {
            LoraEntry entry = withoutNorms(read, normNames, scales);
            if (entry.tensors().isEmpty()) {
                continue;
            }
            String first = entry.tensors().getFirst().name();
            var target = names.find(entry.module());
            if (isText(entry)) {
                text.add(first);
                continue;
            }
            if (entry.changesNorm()) {
                norms.add(first);
                continue;
            }
            refuseOtherMethods(entry, zero);
            if (target.isEmpty()) {
                entry.tensors().stream()
                        .map(TensorInfo::name)
                        .filter(name -> !zero.contains(name))
                        .forEach(unknown::add);
            } else if (target.get().modules().stream().anyMatch(adapters::containsKey)) {
                twice.add(first);
            } else {
                if (entry.down().isPresent() || entry.up().isPresent()) {
                    adapt(model, target.get(), entry, adapters);
                }
                changeBias(model, target.get(), entry, biases);
                addUpBias(model, target.get(), entry, biases);
            }
        }
        boolean onlyText =
                entries.stream().filter(entry -> !entry.matrices().isEmpty()).allMatch(Lora::isText);
        if (adapters.isEmpty() && !text.isEmpty() && onlyText) {
            throw new InputException(source() + ": adapts text encoders only (" + Shown.few(text)
                    + "), which is not supported; use a LoRA for the transformer");
        }
        if (adapters.isEmpty()) {
            List<String> all = entries.stream()
                    .flatMap(entry -> entry.tensors().stream())
                    .map(TensorInfo::name)
                    .toList();
            throw new InputException(source() + ": none of its keys (" + Shown.few(all) + ") fits " + model.source()
                    + "; expected names such as transformer.transformer_blocks.0.attn.to_q.lora_A.weight or"
                    + " lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight");
        }
        List<String> notes = new ArrayList<>();
        note(notes, text, "not applied, for a text encoder");
        note(notes, unknown, "not applied, the model has no such layer");
        note(notes, twice, "not applied again, the layer stands in the file under another spelling too");
        note(notes, zero, "without effect, all zero");
        note(notes, norms, "not applied, changes of norms (diffusers leaves them out too)");
        List<String> others = file.others().values().stream()
                .map(other -> other.name() + " (" + other.dtype() + ")")
                .toList();
        note(notes, others, "not applied, of a type that is not supported");
        requireFinite();
        return new LoraMatch(file, adapters, biases, scales, notes);
    }

    /** Training that failed leaves NaN; it would spread over the whole picture. */
    private void requireFinite() {
        if (finite) {
            return;
        }
        for (LoraEntry entry : entries) {
            for (TensorInfo info : entry.matrices()) {
                NonFinite.in(file, info).ifPresent(found -> {
                    throw new InputException(source() + ": " + Shown.quoted(info.name()) + " holds " + found.value()
                            + " at " + found.position() + ", which is no number: its training failed or the file is"
                            + " damaged; use another");
                });
            }
        }
        finite = true;
    }

    private static boolean isText(LoraEntry entry) {
        return TEXT_ENCODERS.stream().anyMatch(entry.tensors().getFirst().name()::startsWith);
    }

    private void note(List<String> notes, List<String> names, String what) {
        if (!names.isEmpty()) {
            notes.add(source() + ": " + what + ": " + Shown.few(names));
        }
    }

    /** Tensors of other methods change the picture unless they are zero; DoRA's magnitudes always do. */
    private void refuseOtherMethods(LoraEntry entry, List<String> zero) {
        entry.others()
                .forEach((part, info) -> LoraEntry.method(part).ifPresent(method -> {
                    boolean harmless = info.dtype().isFloat() && !method.equals("DoRA") && isZero(info);
                    boolean ofUp = entry.upBias().filter(info::equals).isPresent()
                            && entry.down().isPresent();
                    if (!harmless && (part.equals(LoraEntry.BIAS_CHANGE) || ofUp)) {
                        return;
                    }
                    if (!harmless) {
                        throw new InputException(source() + ": " + Shown.quoted(info.name()) + " is of " + method
                                + ", which is not supported; use a plain LoRA");
                    }
                    zero.add(info.name());
                }));
    }

    private boolean isZero(TensorInfo info) {
        for (float value : file.floats(info.name())) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private void adapt(
            Catalog model, ModuleNames.Target target, LoraEntry entry, Map<String, LoraMatch.Adapter> adapters) {
        if (entry.down().isEmpty() || entry.up().isEmpty()) {
            String there = entry.tensors().getFirst().name();
            throw new InputException(source() + ": " + Shown.quoted(there) + " lacks the "
                    + (entry.down().isEmpty() ? "down (A)" : "up (B)") + " matrix beside it; the file is incomplete");
        }
        Matrix down = matrix(entry.down().get());
        Matrix up = matrix(entry.up().get());
        checkShapes(model, target, down, up);
        if (target.swapped()) {
            up = swapped(up);
        }
        double factor = scale.of(entry, down.rows());
        int row = 0;
        for (String module : target.modules()) {
            int out = Math.toIntExact(size(model, module, 0));
            adapters.put(module, new LoraMatch.Adapter(down, up.rows(row, row + out), factor));
            row += out;
        }
    }

    /** A changed bias has no alpha; a layer of several modules splits it like its rows. */
    private void changeBias(Catalog model, ModuleNames.Target target, LoraEntry entry, Map<String, float[]> biases) {
        TensorInfo info = entry.others().get(LoraEntry.BIAS_CHANGE);
        if (info == null || isZero(info)) {
            return;
        }
        long out = target.modules().stream()
                .mapToLong(module -> size(model, module, 0))
                .sum();
        boolean biased = target.modules().stream().allMatch(m -> model.tensors().containsKey(m + ".bias"));
        if (info.size() != out || !biased || target.swapped()) {
            throw new InputException(source() + ": " + Shown.quoted(info.name()) + " is of shape " + info.shape()
                    + ", expected [" + out + "] for the bias of " + String.join(" + ", target.modules())
                    + "; the LoRA is for another model");
        }
        float[] values = file.floats(info.name());
        int row = 0;
        for (String module : target.modules()) {
            int rows = Math.toIntExact(size(model, module, 0));
            biases.put(module, Arrays.copyOfRange(values, row, row + rows));
            row += rows;
        }
    }

    /** Takes out the scales of norms that the model has, as control LoRAs bring them. */
    private LoraEntry withoutNorms(LoraEntry entry, NormNames names, Map<String, float[]> scales) {
        Map<String, TensorInfo> others = new LinkedHashMap<>();
        entry.others()
                .forEach((part, info) -> names.find(LoraEntry.bareName(info), info)
                        .ifPresentOrElse(
                                norm -> scales.put(norm, file.floats(info.name())), () -> others.put(part, info)));
        return new LoraEntry(entry.module(), entry.down(), entry.up(), entry.alpha(), others);
    }

    /** The up matrix's own bias is scaled as the matrix is, and split and swapped like its rows. */
    private void addUpBias(Catalog model, ModuleNames.Target target, LoraEntry entry, Map<String, float[]> biases) {
        if (entry.upBias().isEmpty() || entry.down().isEmpty()) {
            return;
        }
        TensorInfo info = entry.upBias().get();
        if (isZero(info)) {
            return;
        }
        float[] values = file.floats(info.name());
        long out = target.modules().stream()
                .mapToLong(module -> size(model, module, 0))
                .sum();
        boolean biased = target.modules().stream().allMatch(m -> model.tensors().containsKey(m + ".bias"));
        if (values.length != out || !biased) {
            throw new InputException(source() + ": " + Shown.quoted(info.name()) + " is of shape " + info.shape()
                    + ", expected [" + out + "] for the bias of " + String.join(" + ", target.modules())
                    + "; the LoRA is for another model");
        }
        double factor = scale.of(entry, matrix(entry.down().get()).rows());
        int half = target.swapped() ? values.length / 2 : 0;
        int row = 0;
        for (String module : target.modules()) {
            float[] part = biases.computeIfAbsent(module, each -> new float[Math.toIntExact(size(model, each, 0))]);
            for (int i = 0; i < part.length; i++) {
                part[i] += (float) (factor * values[(row + i + half) % values.length]);
            }
            row += part.length;
        }
    }

    private void checkShapes(Catalog model, ModuleNames.Target target, Matrix down, Matrix up) {
        long in = size(model, target.modules().getFirst(), 1);
        long out = target.modules().stream()
                .mapToLong(module -> size(model, module, 0))
                .sum();
        if (down.cols() != in) {
            throw wrongShape(down, "[" + down.rows() + ", " + in + "]", target, out, in);
        }
        if (up.rows() != out || up.cols() != down.rows()) {
            throw wrongShape(up, "[" + out + ", " + down.rows() + "]", target, out, in);
        }
    }

    private InputException wrongShape(Matrix matrix, String expected, ModuleNames.Target target, long out, long in) {
        return new InputException(source() + ": " + Shown.text(matrix.name()) + " is [" + matrix.rows() + ", "
                + matrix.cols() + "], expected " + expected + " for " + String.join(" + ", target.modules()) + " ["
                + out + ", " + in + "]; the LoRA is for another model");
    }

    private Matrix matrix(TensorInfo info) {
        List<Long> shape = info.shape();
        boolean conv = shape.size() == 4 && shape.get(2) == 1 && shape.get(3) == 1;
        if (shape.size() != 2 && !conv || info.size() == 0 || info.size() > Integer.MAX_VALUE) {
            throw new InputException(
                    source() + ": " + Shown.text(info.name()) + " is " + shape + ", expected a matrix");
        }
        if (!info.dtype().isFloat()) {
            throw new InputException(
                    source() + ": " + Shown.text(info.name()) + " is " + info.dtype() + ", expected floating point");
        }
        int rows = Math.toIntExact(shape.get(0));
        int cols = Math.toIntExact(shape.get(1));
        return Matrix.of(info.name(), info.dtype(), rows, cols, file.segment(info.name()), 1);
    }

    private Matrix swapped(Matrix up) {
        long half = up.data().byteSize() / 2;
        MemorySegment copy = file.allocate(2 * half);
        MemorySegment.copy(up.data(), half, copy, 0, half);
        MemorySegment.copy(up.data(), 0, copy, half, half);
        return Matrix.of(up.name(), up.dtype(), up.rows(), up.cols(), copy, up.scale());
    }

    private static long size(Catalog model, String module, int dimension) {
        return model.shape(module + ".weight").get(dimension);
    }
}
