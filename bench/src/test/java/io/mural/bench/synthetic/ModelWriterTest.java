package io.mural.bench.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.MuralVideo;
import io.mural.VideoRequest;
import io.mural.VideoSink;
import io.mural.bench.synthetic.Family.Part;
import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import io.mural.weights.file.Checkpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Synthetic models are whole: small ones make pictures, and those of published sizes are as large. */
class ModelWriterTest {
    private static final EnumSet<Part> ALL = EnumSet.allOf(Part.class);

    @TempDir
    Path folder;

    private static String published(Family family, String path) {
        var model = switch (family) {
            case FLUX1 -> "flux1-dev/";
            case FLUX2 -> "flux2-klein-4b/";
            case WAN -> "wan-1.3b/";
        };
        try (var in = Family.class.getResourceAsStream(model + path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The published configs with small numbers. */
    private static UnaryOperator<String> small(Family family) {
        return path -> published(family, path)
                .replaceAll("\"(attention_head_dim|head_dim)\": 128", "\"$1\": 32")
                .replaceAll("\"(num_attention_heads|num_heads)\": \\d+", "\"$1\": 2")
                .replaceAll("\"(num_layers|num_single_layers)\": \\d+", "\"$1\": 2")
                .replaceAll("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": 4")
                .replaceAll("\"num_key_value_heads\": \\d+", "\"num_key_value_heads\": 1")
                .replaceAll("\"(joint_attention_dim|d_model)\": 4096", "\"$1\": 64")
                .replaceAll("\"joint_attention_dim\": 7680", "\"joint_attention_dim\": 192")
                .replaceAll("\"(hidden_size|pooled_projection_dim)\": \\d+", "\"$1\": 64")
                .replaceAll("\"(intermediate_size|d_ff)\": \\d+", "\"$1\": 128")
                .replaceAll("\"axes_dims_rope\": \\[\\s*16,\\s*56,\\s*56", "\"axes_dims_rope\": [4, 14, 14")
                .replaceAll("\"axes_dims_rope\": \\[\\s*32(,\\s*32){3}", "\"axes_dims_rope\": [8, 8, 8, 8")
                .replaceAll(
                        "\"block_out_channels\": \\[\\s*128,\\s*256,\\s*512,\\s*512",
                        "\"block_out_channels\": [32, 32, 64, 64");
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(names = {"FLUX1", "FLUX2"})
    void aSmallOneMakesAPicture(Family family) {
        var written = new AtomicLong();
        var writer = new ModelWriter(family, small(family), 1, written::addAndGet);
        writer.write(folder, ALL, Optional.empty());
        assertThat(written.get()).isEqualTo(writer.bytes(ALL));
        try (var model = PictureModel.open(folder, Optional.empty(), List.of())) {
            assertThat(model.bytes()).isEqualTo(writer.bytes(ALL));
            var request = new GenerationRequest(
                    new Text("a castle", "", 32),
                    model.grid(64, 64),
                    new Sampling(1, 7, 3.5, 1, Optional.empty()),
                    Inputs.NONE);
            var picture = new PicturePipeline(model, () -> new VectorOps(new Workspace(), 1))
                    .generate(request, Progress.NONE);
            double squares = 0;
            for (float value : picture.latents()) {
                squares += (double) value * value;
            }
            assertThat(Math.sqrt(squares / picture.latents().length)).isBetween(0.1, 10.0);
        }
    }

    @Tag("full")
    @Test
    void aSmallWanMakesAClip() {
        UnaryOperator<String> configs = path -> published(Family.WAN, path)
                .replaceAll("\"(num_attention_heads|num_heads|num_layers)\": \\d+", "\"$1\": 2")
                .replaceAll("\"(ffn_dim|d_ff)\": \\d+", "\"$1\": 128")
                .replaceAll("\"(text_dim|d_model)\": 4096", "\"$1\": 64")
                .replaceAll("\"vocab_size\": \\d+", "\"vocab_size\": 1000")
                .replaceAll("\"base_dim\": 96", "\"base_dim\": 8");
        var writer = new ModelWriter(Family.WAN, configs, 1, bytes -> {});
        writer.write(folder, ALL, Optional.empty());
        try (var video = MuralVideo.builder().model(folder).open()) {
            var frames = new ArrayList<RgbImage>();
            var request =
                    VideoRequest.of("a castle").size(32, 32).frames(5).steps(1).build();
            assertThat(video.plan(request).weightBytes()).isEqualTo(writer.bytes(ALL));
            video.generate(request, VideoSink.frames(frames::add));
            assertThat(frames).hasSize(5);
            var shades = new HashSet<Byte>();
            for (byte value : frames.getLast().rgb()) {
                shades.add(value);
            }
            assertThat(shades).hasSizeGreaterThan(16);
        }
    }

    @Test
    void shardsHoldTheTensorsThatTheIndexNames() throws IOException {
        var tensors = List.of(
                new SyntheticTensor("a", DType.BF16, List.of(500L), 0, 1),
                new SyntheticTensor("b", DType.BF16, List.of(1L), 0, 1),
                new SyntheticTensor("c", DType.BF16, List.of(30L), 0, 1));
        var shards = new Family.Component(Part.VAE, "vae", "x", 1002, tensors).shards();
        assertThat(shards).containsExactly(tensors.subList(0, 2), tensors.subList(2, 3));
    }

    @Test
    void publishedSizes() {
        assertThat(bytes(Family.FLUX1, Part.TRANSFORMER)).isEqualTo(23_802_816_640L);
        assertThat(bytes(Family.FLUX1, Part.TEXT) - 246_120_960L).isEqualTo(9_524_621_312L);
        assertThat(bytes(Family.FLUX2, Part.TRANSFORMER)).isBetween(7_750_000_000L, 7_752_000_000L);
        assertThat(bytes(Family.WAN, Part.TRANSFORMER)).isEqualTo(2 * 1_418_996_800L);
    }

    private static long bytes(Family family, Part part) {
        return new ModelWriter(family, path -> published(family, path), 1, bytes -> {}).bytes(EnumSet.of(part));
    }

    @Test
    void elementsAreNormalAndRepeatable() throws IOException {
        var small = small(Family.FLUX1);
        for (var place : List.of("one", "two")) {
            new ModelWriter(Family.FLUX1, small, 5, bytes -> {})
                    .write(folder.resolve(place), EnumSet.of(Part.TRANSFORMER), Optional.empty());
        }
        var file = Path.of("transformer", "diffusion_pytorch_model.safetensors");
        var one = folder.resolve("one").resolve(file);
        assertThat(Files.mismatch(one, folder.resolve("two").resolve(file))).isEqualTo(-1);
        try (var checkpoint = Checkpoint.open(one)) {
            var values = checkpoint.floats("transformer_blocks.0.ff.net.0.proj.weight"); // [256, 64]
            double sum = 0;
            double squares = 0;
            for (float value : values) {
                sum += value;
                squares += (double) value * value;
            }
            assertThat(sum / values.length).isBetween(-0.005, 0.005);
            assertThat(Math.sqrt(squares / values.length)).isBetween(0.122, 0.128);
            assertThat(checkpoint.floats("transformer_blocks.0.attn.norm_q.weight"))
                    .satisfies(norms -> {
                        for (float norm : norms) {
                            assertThat(norm).isBetween(0.7f, 1.3f);
                        }
                    });
        }
    }

    @Test
    void aDiskWithoutRoomIsRefusedBeforehand() {
        UnaryOperator<String> huge = path -> published(Family.FLUX1, path)
                .replaceAll("\"num_(single_)?layers\": \\d+", "\"num_$1layers\": 1000")
                .replaceAll("\"num_attention_heads\": 24", "\"num_attention_heads\": 2400");
        var writer = new ModelWriter(Family.FLUX1, huge, 1, bytes -> {});
        assertThatThrownBy(() -> writer.write(folder.resolve("huge"), EnumSet.of(Part.TRANSFORMER), Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the model takes")
                .hasMessageContaining("--parts");
        assertThat(folder.resolve("huge")).doesNotExist();
    }
}
