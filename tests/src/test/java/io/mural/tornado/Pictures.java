package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.family.PictureModel;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.Grid;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.tornado.device.AttentionUse;
import io.mural.tornado.device.Driver;
import io.mural.tornado.device.LibraryUse;
import io.mural.tornado.device.Settings;
import io.mural.tornado.device.Storage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** What the embedded model makes on TornadoVM's first device, which without an SDK is the emulator. */
public final class Pictures {
    private static final Path NANO = Path.of("..", "models", "mural-nano");
    private static final int TEXT_TOKENS = 32;
    private static final long NO_LIMIT = 1L << 40;
    private static final Driver LIKE_CUDA = new Driver("tornado:emulator", true, true);
    private static final Driver EMULATOR = new Driver("tornado:emulator", false, false);

    private Pictures() {}

    /**
     * Bytes that one evaluation moves.
     *
     * @param in to the device
     * @param out to the host
     * @param latents those of the latents, and so of the velocity
     * @param built task graphs that had to be built for it
     */
    record Traffic(long in, long out, long latents, int built) {}

    /** Beside latents and velocity there are the parameters of some two hundred launches, and signs of completion. */
    static void requireLittleTraffic(Traffic traffic) {
        assertThat(traffic.in()).as("bytes in").isBetween(traffic.latents(), traffic.latents() + 64_000);
        assertThat(traffic.out()).as("bytes out").isBetween(traffic.latents(), traffic.latents() + 4000);
        assertThat(traffic.built()).as("graphs built").isZero();
    }

    private static GenerationRequest request() {
        return new GenerationRequest(
                new Text("a calm sea", "", TEXT_TOKENS),
                Grid.of(128, 128, 16),
                new Sampling(2, 5, 0, 2.5, Optional.empty()),
                Inputs.NONE);
    }

    static TornadoOps open(Storage storage, long weightBytes) {
        return open(storage, weightBytes, new LibraryUse.None(Optional.empty()), none(), new Workspace());
    }

    static TornadoOps open(Storage storage, LibraryUse library, Workspace workspace) {
        return open(storage, NO_LIMIT, library, none(), workspace);
    }

    static TornadoOps open(AttentionUse attention, Workspace workspace) {
        return open(Storage.F32, NO_LIMIT, new LibraryUse.None(Optional.empty()), attention, workspace);
    }

    static AttentionUse none() {
        return new AttentionUse.None(Optional.empty());
    }

    private static TornadoOps open(
            Storage storage, long weightBytes, LibraryUse library, AttentionUse attention, Workspace workspace) {
        return open(EMULATOR, storage, weightBytes, library, attention, workspace);
    }

    private static TornadoOps open(
            Driver driver,
            Storage storage,
            long weightBytes,
            LibraryUse library,
            AttentionUse attention,
            Workspace workspace) {
        var device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        return new TornadoOps(
                device,
                new Settings(driver, storage, weightBytes, true, library, attention, new HashSet<>()),
                workspace);
    }

    static TornadoOps open() {
        return open(Storage.F32, NO_LIMIT);
    }

    /** As on the CUDA backend: an execution waits, and graphs are captured. */
    static TornadoOps openLikeCuda(Storage storage, LibraryUse library, AttentionUse attention) {
        return open(LIKE_CUDA, storage, NO_LIMIT, library, attention, new Workspace());
    }

    static TornadoOps openLikeCuda() {
        return openLikeCuda(Storage.F32, new LibraryUse.None(Optional.empty()), none());
    }

    /** PSNR of a picture made by {@code device}, text to pixels, to the processor's, in dB. */
    static double psnr(Supplier<Ops> device) {
        try (var model = PictureModel.open(NANO, Optional.empty(), List.of())) {
            var mine = new PicturePipeline(model, device);
            var processors = new PicturePipeline(model, () -> new CpuBackend().open("cpu", 2, new Workspace()));
            var expected = processors.generate(request(), Progress.NONE);
            var actual = mine.generate(request(), Progress.NONE);
            return actual.image().psnr(expected.image());
        }
    }

    /** Of the third evaluation: weights and all that a picture's steps share are there. */
    static Traffic traffic(TornadoOps ops) {
        try (var model = PictureModel.open(NANO, Optional.empty(), List.of())) {
            var evaluation = model.evaluation(ops, request(), model.blank(TEXT_TOKENS));
            int tokens = request().grid().tokens();
            var latents = new float[tokens * model.features()];
            long in = 0;
            long out = 0;
            int graphs = 0;
            for (int step = 0; step < 3; step++) {
                in = ops.graphs().bytesIn();
                out = ops.graphs().bytesOut();
                graphs = ops.graphs().size();
                ops.unit("evaluation", () -> {
                    var x = ops.tensor(latents, tokens, model.features());
                    ops.read(evaluation.velocity(ops, x, 0.5));
                });
            }
            return new Traffic(
                    ops.graphs().bytesIn() - in,
                    ops.graphs().bytesOut() - out,
                    (long) latents.length * Float.BYTES,
                    ops.graphs().size() - graphs);
        }
    }

    /** Of two evaluations, the second. */
    static float[] velocity(TornadoOps ops) {
        try (var model = PictureModel.open(NANO, Optional.empty(), List.of())) {
            var evaluation = model.evaluation(ops, request(), model.blank(TEXT_TOKENS));
            int tokens = request().grid().tokens();
            var latents = new float[tokens * model.features()];
            for (int i = 0; i < latents.length; i++) {
                latents[i] = (float) Math.sin(i);
            }
            var result = new float[0];
            for (int step = 0; step < 2; step++) {
                result = ops.read(evaluation.velocity(ops, ops.tensor(latents, tokens, model.features()), 0.5));
            }
            return result;
        }
    }
}
