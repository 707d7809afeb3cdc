package io.mural.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.flux1.Flux1Config;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.LoraFile;
import io.mural.model.request.Tool;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * LoRAs that make FLUX.1-dev follow a control picture, in the form of FLUX.1-Canny-dev-lora: a wider layer for tokens,
 * biases and norms beside the low-rank matrices. The picture is the one of a model into which all of it was added.
 */
class ControlLoraTest {
    private static final Path TINY = Path.of("..", "goldens", "flux1-tiny");
    private static final int HIDDEN = 48;
    private static final int OWN = 64;
    private static final int ALL = 128;
    private static final int RANK = 3;
    private static final int HEAD = 24;

    private final float[] down = random(1, RANK * ALL);
    private final float[] up = random(2, HIDDEN * RANK);
    private final float[] bias = random(3, HIDDEN);
    private final float[] norm = random(4, HEAD);

    @TempDir
    private Path folder;

    private static float[] random(int seed, int count) {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.3f;
        }
        return values;
    }

    private static Ops ops() {
        return new VectorOps(new Workspace(), 2);
    }

    private Path lora(String layer, String normName) {
        var file = folder.resolve(layer + ".safetensors");
        new SafetensorsWriter()
                .add(layer + ".lora_A.weight", new long[] {RANK, ALL}, down)
                .add(layer + ".lora_B.weight", new long[] {HIDDEN, RANK}, up)
                .add(layer + ".lora_B.bias", new long[] {HIDDEN}, bias)
                .add(normName, new long[] {HEAD}, norm)
                .write(file);
        return file;
    }

    /** The tiny model with all of it added, by hand. */
    private Path added() {
        var writer = new SafetensorsWriter();
        try (var tiny = Checkpoint.open(TINY.resolve("transformer/diffusion_pytorch_model.safetensors.index.json"))) {
            for (var info : tiny.tensors().values()) {
                var values = tiny.floats(info.name());
                long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
                switch (info.name()) {
                    case "x_embedder.weight" -> writer.add(info.name(), new long[] {HIDDEN, ALL}, widened(values));
                    case "x_embedder.bias" -> writer.add(info.name(), shape, plus(values, bias));
                    case "transformer_blocks.0.attn.norm_q.weight" -> writer.add(info.name(), shape, norm);
                    default -> writer.add(info.name(), shape, values);
                }
            }
        }
        var file = folder.resolve("added.safetensors");
        writer.write(file);
        return file;
    }

    private float[] widened(float[] values) {
        var wide = new float[HIDDEN * ALL];
        for (int row = 0; row < HIDDEN; row++) {
            System.arraycopy(values, row * OWN, wide, row * ALL, OWN);
            for (int col = 0; col < ALL; col++) {
                for (int r = 0; r < RANK; r++) {
                    wide[row * ALL + col] += up[row * RANK + r] * down[r * ALL + col];
                }
            }
        }
        return wide;
    }

    private static float[] plus(float[] a, float[] b) {
        var sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static float[] latents(PictureModel model) {
        var rgb = new byte[64 * 48 * 3];
        new Random(5).nextBytes(rgb);
        var editing = new Editing(
                Optional.empty(),
                Optional.of(new RgbImage(64, 48, rgb)),
                Editing.Start.DRAWN,
                Editing.References.EACH_STEP);
        var request = new GenerationRequest(
                new Text("a castle", "", 16),
                model.grid(64, 48),
                new Sampling(2, 7, 10, 1, Optional.of(DType.F32)),
                new Inputs(Optional.empty(), List.of(), editing));
        return new PicturePipeline(model, ControlLoraTest::ops)
                .generate(request, Progress.NONE)
                .latents();
    }

    @Test
    void aWiderLayerMakesAModelThatFollowsPictures() {
        var config = Flux1Config.of(Json.read(TINY.resolve("transformer/config.json")))
                .withInputs(ALL);
        float[] expected;
        try (var model = new Flux1Model(added(), Optional.of(TINY), List.of(), Optional.of(config))) {
            expected = latents(model);
        }
        for (var spelled : List.of(
                lora("transformer.x_embedder", "transformer.transformer_blocks.0.attn.norm_q.weight"),
                lora("img_in", "double_blocks.0.img_attn.norm.query_norm.scale"))) {
            for (var mode : LoraFile.Mode.values()) {
                var loras = List.of(new LoraFile(spelled, 1, mode));
                try (var model = PictureModel.open(TINY, Optional.empty(), loras)) {
                    assertThat(model.tool()).isEqualTo(Tool.CONTROL);
                    assertThat(model.applyLoras()).isEmpty();
                    float[] found = latents(model);
                    assertThat(found).hasSameSizeAs(expected);
                    for (int i = 0; i < found.length; i++) {
                        assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.api.Assertions.within(2e-4f));
                    }
                }
            }
        }
    }

    @Test
    void aControlPictureIsAskedFor() {
        var loras = List.of(new LoraFile(
                lora("img_in", "double_blocks.0.img_attn.norm.query_norm.scale"), 1, LoraFile.Mode.ADAPTER));
        try (var model = PictureModel.open(TINY, Optional.empty(), loras)) {
            var request = new GenerationRequest(
                    new Text("a castle", "", 16),
                    model.grid(64, 48),
                    new Sampling(1, 7, 10, 1, Optional.of(DType.F32)),
                    new Inputs(Optional.empty(), List.of()));
            assertThatThrownBy(() -> new PicturePipeline(model, ControlLoraTest::ops).generate(request, Progress.NONE))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("follows a control picture");
        }
    }
}
