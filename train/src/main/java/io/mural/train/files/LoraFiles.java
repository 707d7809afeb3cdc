package io.mural.train.files;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.InputException;
import io.mural.train.weights.LoraWeights;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.OriginalModules;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Json;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes LoRAs that other programs load too. */
public final class LoraFiles {
    private LoraFiles() {}

    /**
     * How to write.
     *
     * @param dtype F32, F16 or BF16
     * @param plain whether the factor alpha / rank is multiplied into B, for readers that know neither alpha
     */
    public record Style(LoraFormat format, DType dtype, boolean plain) {
        public Style {
            if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
                throw new InputException("a LoRA is saved in f32, f16 or bf16, not in " + dtype);
            }
        }
    }

    /**
     * A layer's matrices.
     *
     * @param down [rank, in]
     * @param up [out, rank]
     * @param scale alpha / rank
     */
    private record Matrices(float[] down, float[] up, int rank, int in, int out, float scale) {}

    /**
     * Writes a file, whole or not at all.
     *
     * @param values other values for the matrices, such as their averages, by {@code <module>.lora_A.weight}
     * @param metadata texts for the header
     */
    public static void write(
            Path file,
            LoraWeights lora,
            Map<String, float[]> values,
            Weights model,
            Style style,
            Map<String, String> metadata) {
        Map<String, Matrices> layers = new LinkedHashMap<>();
        lora.layers().forEach((module, layer) -> {
            var down =
                    values.getOrDefault(module + ".lora_A.weight", layer.down().toArray());
            var up = values.getOrDefault(module + ".lora_B.weight", layer.up().toArray());
            layers.put(
                    module,
                    new Matrices(
                            down,
                            up,
                            layer.rank(),
                            layer.down().cols(),
                            layer.up().rows(),
                            layer.scale()));
        });
        var writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        switch (style.format()) {
            case PEFT -> peft(writer, layers, style);
            case KOHYA -> kohya(writer, layers, model, style);
        }
        writer.write(file);
    }

    private static void peft(SafetensorsWriter writer, Map<String, Matrices> layers, Style style) {
        layers.forEach((module, layer) -> {
            var written = style.plain() ? folded(layer) : layer;
            var name = "transformer." + module;
            put(writer, name + ".lora_A.weight", written.rank(), written.in(), written.down(), style.dtype());
            put(writer, name + ".lora_B.weight", written.out(), written.rank(), written.up(), style.dtype());
            if (written.scale() != 1) {
                put(writer, name + ".alpha", 1, 1, new float[] {written.scale() * written.rank()}, DType.F32);
            }
        });
        if (!style.plain()) {
            var first = layers.values().iterator().next();
            writer.metadata("lora_adapter_metadata", Json.write(adapterMetadata(layers, first)));
        }
    }

    private static Map<String, Object> adapterMetadata(Map<String, Matrices> layers, Matrices first) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("transformer.r", first.rank());
        json.put("transformer.lora_alpha", (double) first.scale() * first.rank());
        json.put("transformer.target_modules", layers.keySet().stream().sorted().toList());
        return json;
    }

    private static Matrices folded(Matrices layer) {
        var up = layer.up().clone();
        for (int i = 0; i < up.length; i++) {
            up[i] *= layer.scale();
        }
        return new Matrices(layer.down(), up, layer.rank(), layer.in(), layer.out(), 1);
    }

    private static void kohya(SafetensorsWriter writer, Map<String, Matrices> layers, Weights model, Style style) {
        for (var fused : OriginalModules.of(model)) {
            var parts = fused.modules().stream().filter(layers::containsKey).toList();
            if (parts.isEmpty()) {
                continue;
            }
            var whole = fused(fused, layers, model);
            var written = style.plain() ? folded(whole) : whole;
            var name = "lora_unet_" + fused.name().replace('.', '_');
            put(writer, name + ".lora_down.weight", written.rank(), written.in(), written.down(), style.dtype());
            put(writer, name + ".lora_up.weight", written.out(), written.rank(), written.up(), style.dtype());
            put(writer, name + ".alpha", 1, 1, new float[] {written.scale() * written.rank()}, DType.F32);
        }
    }

    /** Ranks one behind the other: down matrices stacked, up matrices on the diagonal. */
    private static Matrices fused(OriginalModules.Fused fused, Map<String, Matrices> layers, Weights model) {
        int rank = 0;
        int out = 0;
        int in = 0;
        float scale = 0;
        for (var module : fused.modules()) {
            out += model.shape(module + ".weight").rows();
            if (layers.containsKey(module)) {
                rank += layers.get(module).rank();
                in = layers.get(module).in();
                scale = layers.get(module).scale();
            }
        }
        var down = new float[rank * in];
        var up = new float[out * rank];
        int row = 0;
        int place = 0;
        for (var module : fused.modules()) {
            var layer = layers.get(module);
            if (layer != null) {
                System.arraycopy(layer.down(), 0, down, place * in, layer.down().length);
                for (int i = 0; i < layer.out(); i++) {
                    int to = fused.swapped() ? (i + layer.out() / 2) % layer.out() : i;
                    System.arraycopy(layer.up(), i * layer.rank(), up, (row + to) * rank + place, layer.rank());
                }
                place += layer.rank();
            }
            row += model.shape(module + ".weight").rows();
        }
        return new Matrices(down, up, rank, in, out, scale);
    }

    private static void put(SafetensorsWriter writer, String name, int rows, int cols, float[] values, DType dtype) {
        long[] shape = values.length == 1 ? new long[0] : new long[] {rows, cols};
        TensorValues.add(writer, name, shape, values, dtype);
    }

    /** Elements of a short float, little-endian as the file wants them on every processor that Java's vectors know. */
    static MemorySegment shorts(float[] values, DType dtype) {
        var bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = dtype == DType.BF16 ? FloatFormats.floatToBf16(values[i]) : Float.floatToFloat16(values[i]);
        }
        return MemorySegment.ofArray(bits);
    }
}
