package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.parity.OtherCases;
import io.mural.model.parity.Outcome;
import io.mural.model.parity.Parity;
import io.mural.tensor.Workspace;
import io.mural.tornado.device.LibraryUse;
import io.mural.tornado.device.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Models over TornadoVM's stand-in: the kernels, graphs and transfers that a GPU would run. */
@Tag("full")
class EmulatorTest {
    /** Whole pictures of the reference take too long here; one of half their side is below. */
    @TestFactory
    Stream<DynamicTest> parityOfComponents() {
        return Parity.find(List.of(Path.of("../goldens/cases"))).stream()
                .filter(file -> file.toString().endsWith(".safetensors"))
                .filter(file -> !file.getFileName().toString().startsWith("nano"))
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> judge(file)));
    }

    private static void judge(Path file) {
        var outcomes = new ArrayList<Outcome>();
        new Parity(() -> new TornadoBackend().open("tornado:emulator", 1, Workspace.poisoned()), outcomes::add)
                .run(file);
        assertThat(outcomes)
                .singleElement()
                .satisfies(outcome ->
                        assertThat(outcome.verdict()).as(outcome.toString()).isEqualTo(Outcome.Verdict.PASS));
    }

    /** Weights in 16 bits meet the bounds by storage, and not those of float32. */
    @TestFactory
    Stream<DynamicTest> shortStorageMeetsBoundsOfItsOwn() {
        return Stream.of("flux1-transformer-t0.37", "t5-encoder", "clip-text", "flux1-vae-decode")
                .flatMap(name -> Stream.of(Storage.F16, Storage.BF16)
                        .map(storage -> DynamicTest.dynamicTest(name + " " + storage, () -> {
                            double unit = storage == Storage.F16 ? 0x1p-11 : 0x1p-8;
                            var outcomes = new ArrayList<Outcome>();
                            new Parity(
                                            () -> Pictures.open(storage, Long.MAX_VALUE),
                                            outcomes::add,
                                            OtherCases.of(List.of()),
                                            unit)
                                    .run(Path.of("../goldens/cases", name + ".safetensors"));
                            assertThat(outcomes).extracting(Outcome::verdict).containsExactly(Outcome.Verdict.PASS);
                        })));
    }

    @Test
    void aPictureIsTheProcessors() {
        assertThat(Pictures.psnr(Pictures::open)).isGreaterThan(60);
    }

    @Test
    void aStepMovesLatentsInAndTheVelocityOut() {
        try (var ops = Pictures.open()) {
            Pictures.requireLittleTraffic(Pictures.traffic(ops));
        }
    }

    /** A budget of a megabyte for weights of twenty: most travel in every step, through two slabs in turn. */
    @Test
    void weightsThatDoNotFitTravelAndTheResultIsTheSame() {
        var notices = new ArrayList<String>();
        float[] kept;
        try (var ops = Pictures.open()) {
            kept = Pictures.velocity(ops);
        }
        try (var ops = Pictures.open(Storage.F32, 1 << 20)) {
            ops.onNotice(notices::add);
            assertThat(Pictures.velocity(ops)).isEqualTo(kept);
        }
        assertThat(notices)
                .singleElement()
                .asString()
                .contains("GiB stay on the device, the rest travels to it in every step");
    }

    /** As CUDA runs them: the same numbers to the bit, and graphs that are replayed. */
    @Test
    void capturedGraphsComputeTheSame() {
        float[] plain;
        try (var ops = Pictures.open()) {
            plain = Pictures.velocity(ops);
        }
        try (var ops = Pictures.openLikeCuda()) {
            assertThat(Pictures.velocity(ops)).isEqualTo(plain);
            assertThat(ops.graphs().counters().now().replays()).isGreaterThan(10);
        }
    }

    /** All products by cuBLAS, most in parts: operands and results are rounded to bfloat16 too. */
    @Test
    void aPictureByCuBlas() {
        var use = new LibraryUse.CuBlas(false, 0, 1 << 14, System::nanoTime, Map.of());
        assertThat(Pictures.psnr(() -> Pictures.open(Storage.BF16, use, new Workspace())))
                .isGreaterThan(42);
    }

    /** What GPUs store weights in: the products' operands are rounded to it, sums are float32. */
    @TestFactory
    Stream<DynamicTest> shortFormatsOfWeights() {
        return Stream.of(Storage.F16, Storage.BF16)
                .map(storage -> DynamicTest.dynamicTest(
                        storage.name(),
                        () -> assertThat(Pictures.psnr(() -> Pictures.open(storage, Long.MAX_VALUE)))
                                .isGreaterThan(storage == Storage.F16 ? 45 : 28)));
    }
}
