package io.mural.train.data;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.train.data.Sample.GuideTokens;
import io.mural.train.data.Sample.Text;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A sample as a safetensors file: latents in float16, captions in bfloat16. */
final class SampleFile {
    private SampleFile() {}

    static void write(Path file, Sample sample, int channels) {
        var writer = new SafetensorsWriter();
        long[] latents = {2L * sample.height(), 2L * sample.width(), channels};
        writer.add("mean", DType.F16, latents, halves(sample.mean()));
        writer.add("logvar", DType.F16, latents, halves(sample.logVariance()));
        sample.guide().ifPresent(guide -> {
            long tokens = (long) guide.height() * guide.width();
            writer.add("guide", DType.F16, new long[] {tokens, guide.tokens().length / tokens}, halves(guide.tokens()));
            writer.metadata("guide_height", Integer.toString(guide.height()));
        });
        sample.mask().ifPresent(mask -> writer.add("mask", new long[] {sample.height(), sample.width()}, mask));
        for (int i = 0; i < sample.texts().size(); i++) {
            text(writer, i, sample.texts().get(i));
        }
        writer.write(file);
    }

    static void writeText(Path file, Text text) {
        var writer = new SafetensorsWriter();
        text(writer, 0, text);
        writer.write(file);
    }

    private static void text(SafetensorsWriter writer, int i, Text text) {
        long[] shape = {text.tokens().length / text.width(), text.width()};
        writer.add("text." + i, DType.BF16, shape, brains(text.tokens()));
        if (text.pooled().length > 0) {
            writer.add("pooled." + i, new long[] {text.pooled().length}, text.pooled());
        }
    }

    private static MemorySegment halves(float[] values) {
        var bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToFloat16(values[i]);
        }
        return MemorySegment.ofArray(bits);
    }

    private static MemorySegment brains(float[] values) {
        var bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = FloatFormats.floatToBf16(values[i]);
        }
        return MemorySegment.ofArray(bits);
    }

    static Sample read(Path file) {
        try (var checkpoint = Checkpoint.open(file)) {
            var shape = checkpoint.info("mean").shape();
            var guide = checkpoint.tensors().containsKey("guide")
                    ? Optional.of(guide(checkpoint))
                    : Optional.<GuideTokens>empty();
            return new Sample(
                    checkpoint.floats("mean"),
                    checkpoint.floats("logvar"),
                    Math.toIntExact(shape.get(0) / 2),
                    Math.toIntExact(shape.get(1) / 2),
                    guide,
                    texts(checkpoint),
                    checkpoint.tensors().containsKey("mask")
                            ? Optional.of(checkpoint.floats("mask"))
                            : Optional.empty());
        }
    }

    private static GuideTokens guide(Checkpoint checkpoint) {
        int height = Integer.parseInt(checkpoint.metadata().get("guide_height"));
        int tokens = Math.toIntExact(checkpoint.info("guide").shape().getFirst());
        return new GuideTokens(checkpoint.floats("guide"), height, tokens / height);
    }

    static Text readText(Path file) {
        try (var checkpoint = Checkpoint.open(file)) {
            return texts(checkpoint).getFirst();
        }
    }

    private static List<Text> texts(Checkpoint checkpoint) {
        var texts = new ArrayList<Text>();
        for (int i = 0; checkpoint.tensors().containsKey("text." + i); i++) {
            var name = "pooled." + i;
            var pooled = checkpoint.tensors().containsKey(name) ? checkpoint.floats(name) : new float[0];
            int width = Math.toIntExact(checkpoint.info("text." + i).shape().get(1));
            texts.add(new Text(checkpoint.floats("text." + i), width, pooled));
        }
        return texts;
    }
}
