package io.mural.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.edit.Mask;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Init;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalLora.Scope;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.Pyramid;
import io.mural.model.request.ReferenceImages;
import io.mural.model.sampling.EmpiricalShift;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.TorchRandom;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Shape;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FLUX.2 from folder to picture, on the tiny random model. */
class Flux2ModelTest {
    private static final int TOKEN_PIXELS = 16;
    private static final Path TINY =
            Path.of("../goldens/flux2-tiny").toAbsolutePath().normalize();
    private static final Path LORA = Path.of("../goldens/loras/hierarchical-flux2.safetensors");

    @TempDir
    Path folder;

    private static Ops ops() {
        return new CpuBackend().open("cpu", 2, Workspace.poisoned());
    }

    private static RgbImage random(int width, int height) {
        var rgb = new byte[width * height * 3];
        new Random(width).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    private static GenerationRequest request(double trueCfg, List<RgbImage> references) {
        return new GenerationRequest(
                new Text("a calm sea", "", 48),
                Grid.of(64, 48, TOKEN_PIXELS),
                new Sampling(2, 7, 0, trueCfg, Optional.empty()),
                new Inputs(Optional.empty(), references));
    }

    private static RgbImage picture(GenerationRequest request) {
        try (var model = PictureModel.open(TINY, Optional.empty(), List.of())) {
            return new PicturePipeline(model, Flux2ModelTest::ops)
                    .generate(request, Progress.NONE)
                    .image();
        }
    }

    @Test
    void aSeedGivesTheSamePicture() {
        var image = picture(request(1, List.of()));
        assertThat(image.width()).isEqualTo(64);
        assertThat(image.height()).isEqualTo(48);
        assertThat(picture(request(1, List.of())).rgb()).isEqualTo(image.rgb());
        assertThat(picture(request(4, List.of())).rgb()).isNotEqualTo(image.rgb());
    }

    @Test
    void everyReferenceCountsInItsPlace() {
        var first = random(64, 80);
        var second = random(96, 64);
        var both = picture(request(1, List.of(first, second))).rgb();
        assertThat(picture(request(1, List.of(first, second))).rgb()).isEqualTo(both);
        var others = List.<List<RgbImage>>of(
                List.of(),
                List.of(first),
                List.of(second),
                List.of(second, first),
                List.of(random(80, 64), second),
                List.of(first, random(80, 64)));
        for (var other : others) {
            assertThat(picture(request(1, other)).rgb()).isNotEqualTo(both);
        }
    }

    @Test
    void referencesAreMadeFitForTheModel() {
        var large = ReferenceImages.prepare(random(1500, 1000), TOKEN_PIXELS);
        assertThat(large.width()).isEqualTo(1248);
        assertThat(large.height()).isEqualTo(832);
        var small = random(101, 64);
        var middle = ReferenceImages.prepare(small, TOKEN_PIXELS);
        assertThat(middle.width()).isEqualTo(96);
        assertThat(middle.rgb()[0]).isEqualTo(small.rgb()[2 * 3]);
        assertThatThrownBy(() -> ReferenceImages.prepare(random(600, 65), TOKEN_PIXELS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("600x65");
        assertThatThrownBy(() -> ReferenceImages.prepare(random(63, 64), TOKEN_PIXELS))
                .isInstanceOf(InputException.class);
    }

    @Test
    void noiseIsDrawnInWholeTokens() {
        try (var model = new Flux2Model(TINY, Optional.empty(), List.of())) {
            var planes = new TorchRandom(3).noise(DType.BF16, Shape.of(1, 32, 3, 5));
            var tokens = model.noise(3, DType.BF16, new Grid(3, 5, TOKEN_PIXELS));
            for (int token = 0; token < 15; token++) {
                for (int feature = 0; feature < 32; feature++) {
                    assertThat(tokens[token * 32 + feature]).isEqualTo(planes[feature * 15 + token]);
                }
            }
        }
    }

    @Test
    void theIndexTellsDistilledFromBase() throws IOException {
        try (var klein = PictureModel.open(TINY, Optional.empty(), List.of());
                var base = PictureModel.open(variant("\"is_distilled\": false"), Optional.empty(), List.of())) {
            assertThat(klein.defaults()).isEqualTo(ModelDefaults.FLUX2_KLEIN);
            assertThat(klein.hierarchicalSettings()).isEqualTo(HierarchicalSettings.FLUX2_KLEIN);
            assertThat(base.defaults()).isEqualTo(ModelDefaults.FLUX2_KLEIN_BASE);
            assertThat(base.hierarchicalSettings()).isEqualTo(HierarchicalSettings.FLUX2_KLEIN_BASE);
            assertThat(klein.takesGuidance()).isFalse();
            assertThat(klein.noiseDtype()).isEqualTo(DType.F32);
            assertThat(klein.bytes()).isPositive();
            var schedule = klein.schedule(4, 4096);
            assertThat(schedule.sigma(1))
                    .isEqualTo(FlowMatchSchedule.dynamic(4, EmpiricalShift.mu(4096, 4))
                            .sigma(1));
        }
    }

    @Test
    void muralJsonMayNameOtherTextLayers() throws IOException {
        var other = variant("\"is_distilled\": true");
        Files.writeString(other.resolve("mural.json"), "{\"text_layers\": [1, 3, 6]}");
        try (var model = PictureModel.open(other, Optional.empty(), List.of());
                var ops = ops()) {
            assertThatThrownBy(() -> model.encode(ops, "a", 32))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("[1, 3, 6]")
                    .hasMessageContaining("6 layers");
        }
    }

    /** The tiny model under an index of its own. */
    private Path variant(String distilled) throws IOException {
        var index = Files.readString(TINY.resolve("model_index.json")).replace("\"is_distilled\": true", distilled);
        Files.writeString(folder.resolve("model_index.json"), index);
        for (var part : List.of("transformer", "vae", "text_encoder", "tokenizer", "scheduler")) {
            Files.createDirectory(folder.resolve(part));
            try (var files = Files.list(TINY.resolve(part))) {
                for (var file : files.toList()) {
                    Files.write(folder.resolve(part).resolve(file.getFileName()), Files.readAllBytes(file));
                }
            }
        }
        return folder;
    }

    @Test
    void aSmallPictureGuidesALargerOne() {
        try (var model = PictureModel.open(TINY, Optional.empty(), List.of())) {
            var settings = HierarchicalSettings.FLUX2_KLEIN;
            var picture = request(1, List.of()).with(Grid.of(128, 96, TOKEN_PIXELS));
            var guided = model.guided(new HierarchicalLora(LORA, 1, Scope.GUIDE));
            var pyramid = Pyramid.of(new Pyramid.Level(picture.grid(), 2));
            var plan = HierarchicalPlan.of(
                    model, guided, picture, settings, pyramid, Optional.of(VaeExtent.WHOLE), Long.MAX_VALUE);
            var pipeline = new HierarchicalPipeline(model, guided, Flux2ModelTest::ops);
            var request = new HierarchicalPipeline.Request(picture, model.schedule(2, 12), settings);
            var latents = pipeline.generate(request, plan, Journal.NONE, Onlooker.NONE, Progress.NONE);
            var image = pipeline.decode(latents, plan, Progress.NONE);
            assertThat(image.width()).isEqualTo(128);
            assertThat(image.height()).isEqualTo(96);
            var again = new HierarchicalPipeline(model, guided, Flux2ModelTest::ops);
            assertThat(again.generate(request, plan, Journal.NONE, Onlooker.NONE, Progress.NONE))
                    .isEqualTo(latents)
                    .doesNotContain(Float.NaN);
        }
    }

    @Test
    void flux1TakesNoReferences() {
        var nano = Path.of("../models/mural-nano");
        try (var model = PictureModel.open(nano, Optional.empty(), List.of())) {
            assertThat(model.takesReferences()).isFalse();
            var pipeline = new PicturePipeline(model, Flux2ModelTest::ops);
            var request = request(1, List.of(random(64, 64)));
            assertThatThrownBy(() -> pipeline.generate(request, Progress.NONE))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("this model takes none");
        }
    }

    /** At full strength nothing of the picture is left but what the model sees of it. */
    @Test
    void paintingAllOfAPictureIsMakingItAfterThatPicture() {
        try (var model = new Flux2Model(TINY, Optional.empty(), List.of())) {
            var picture = random(64, 48);
            var pipeline = new PicturePipeline(model, Flux2ModelTest::ops);
            var sampling = new Sampling(2, 5, 1, 1, Optional.of(DType.F32));
            var text = new Text("a red barn", "", 16);
            var editing = new Editing(
                    Optional.of(Mask.all(64, 48)), Optional.empty(), Editing.Start.DRAWN, Editing.References.EACH_STEP);
            var painted = new Inputs(Optional.of(new Init(picture, 1)), List.of(), editing);
            var after = new Inputs(Optional.empty(), List.of(picture));
            var grid = model.grid(64, 48);
            var one = pipeline.generate(new GenerationRequest(text, grid, sampling, painted), Progress.NONE);
            var other = pipeline.generate(new GenerationRequest(text, grid, sampling, after), Progress.NONE);
            assertThat(one.image().rgb()).isEqualTo(other.image().rgb());
        }
    }
}
