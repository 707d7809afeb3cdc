package io.mural.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.mural.model.family.Denoiser;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptPair;
import io.mural.model.image.PngFile;
import io.mural.model.request.Conditions;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.Grid;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole pictures: the same file whatever the threads, and no heap memory that grows with the work. */
class SamePictureTest {
    private static final Path NANO = Path.of("..", "models", "mural-nano");
    private static final int EVALUATIONS = 10;
    /** Closures, layouts and views of the six blocks, and latents as they go in and out (16 KiB each). */
    private static final long SMALL_OBJECTS = 400_000;

    @TempDir
    Path folder;

    private static GenerationRequest request() {
        return new GenerationRequest(
                new Text("a calm sea", "", 32),
                Grid.of(128, 112, 16),
                new Sampling(2, 5, 0, 2.5, Optional.empty()),
                Inputs.NONE);
    }

    @Test
    void theSameFileForAnyNumberOfThreads() throws IOException {
        byte[] first = null;
        try (var model = PictureModel.open(NANO, Optional.empty(), List.of())) {
            for (int threads : new int[] {1, 2, 3}) {
                var pipeline = new PicturePipeline(model, () -> new VectorOps(new Workspace(), threads));
                var picture = pipeline.generate(request(), Progress.NONE);
                var file = folder.resolve(threads + ".png");
                PngFile.write(file, picture.image(), Map.of("mural", "x"));
                var bytes = Files.readAllBytes(file);
                first = first == null ? bytes : first;
                assertThat(bytes).as("with %d threads", threads).isEqualTo(first);
            }
        }
    }

    /** The calling thread is the only one that computes: what it allocates is all. */
    @Test
    void aWarmEvaluationAllocatesNextToNothing() {
        try (var model = PictureModel.open(NANO, Optional.empty(), List.of());
                Ops ops = new VectorOps(new Workspace(), 1)) {
            var request = request();
            var denoiser = Denoiser.of(
                    ops, model, request, new PromptPair(model.blank(32), Optional.empty()), Conditions.NONE);
            var latents = new float[request.grid().tokens() * model.features()];
            long each = Long.MAX_VALUE;
            // vectors are objects until the kernels are compiled
            for (int attempt = 0; attempt < 60 && each > SMALL_OBJECTS; attempt++) {
                long before = allocated();
                for (int i = 0; i < EVALUATIONS; i++) {
                    denoiser.velocity(latents, 0.5);
                }
                each = (allocated() - before) / EVALUATIONS;
            }
            assertThat(each).as("bytes allocated by an evaluation").isLessThanOrEqualTo(SMALL_OBJECTS);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
