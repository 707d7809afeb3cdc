package io.mural.evaluate.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.evaluate.Goldens;
import io.mural.tensor.Ops;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One text half under both spellings: transformers' names, and OpenAI's with queries, keys and values in one. */
class ClipResNetTextTest {
    private static final int[] IDS = {598, 17, 301, 5, 44, 599, 599, 599};

    @Test
    void bothSpellingsGiveTheSameEmbedding(@TempDir Path folder) {
        var file = folder.resolve("openai.safetensors");
        try (var source = Checkpoint.open(Goldens.FOLDER.resolve("clip-tiny"))) {
            write(source, file);
        }
        try (var openAi = ClipResNetText.load(file, 2);
                var transformers = Clip.load(Goldens.FOLDER.resolve("clip-tiny"));
                Ops ops = Goldens.ops()) {
            assertThat(openAi.text(ops, IDS)).containsExactly(transformers.text(ops, IDS));
        }
    }

    private static void write(Checkpoint source, Path file) {
        var writer = new SafetensorsWriter();
        copy(source, writer, "text_model.embeddings.token_embedding.weight", "token_embedding.weight");
        copy(source, writer, "text_model.embeddings.position_embedding.weight", "positional_embedding");
        for (var part : List.of("weight", "bias")) {
            copy(source, writer, "text_model.final_layer_norm." + part, "ln_final." + part);
            for (int i = 0; i < 2; i++) {
                var from = "text_model.encoder.layers." + i + ".";
                var to = "transformer.resblocks." + i + ".";
                copy(source, writer, from + "layer_norm1." + part, to + "ln_1." + part);
                copy(source, writer, from + "layer_norm2." + part, to + "ln_2." + part);
                copy(source, writer, from + "mlp.fc1." + part, to + "mlp.c_fc." + part);
                copy(source, writer, from + "mlp.fc2." + part, to + "mlp.c_proj." + part);
                copy(source, writer, from + "self_attn.out_proj." + part, to + "attn.out_proj." + part);
                var attention = from + "self_attn.";
                var shape = shape(source, attention + "q_proj." + part);
                shape[0] *= 3;
                writer.add(
                        to + "attn.in_proj_" + part,
                        shape,
                        joined(
                                source.floats(attention + "q_proj." + part),
                                source.floats(attention + "k_proj." + part),
                                source.floats(attention + "v_proj." + part)));
            }
        }
        var shape = shape(source, "text_projection.weight");
        int out = (int) shape[0];
        int in = (int) shape[1];
        var stored = source.floats("text_projection.weight");
        var transposed = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            transposed[i % in * out + i / in] = stored[i];
        }
        writer.add("text_projection", new long[] {in, out}, transposed);
        writer.write(file);
    }

    private static void copy(Checkpoint source, SafetensorsWriter writer, String from, String to) {
        writer.add(to, shape(source, from), source.floats(from));
    }

    private static long[] shape(Checkpoint source, String name) {
        return source.info(name).shape().stream().mapToLong(Long::longValue).toArray();
    }

    private static float[] joined(float[]... parts) {
        var joined = new float[parts[0].length * parts.length];
        for (int i = 0; i < parts.length; i++) {
            System.arraycopy(parts[i], 0, joined, i * parts[i].length, parts[i].length);
        }
        return joined;
    }
}
