package io.mural.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Shape;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TorchRandomTest {
    private static final Path CASES = Path.of("..", "goldens", "cases", "noise.safetensors");

    /** torch's logarithm and sine may differ from ours in the last bit; the values reach 5. */
    private static final float BOUND = 5e-7f;

    /** One tensor of the reference file: its name says how it was drawn. */
    record Case(String name, DType dtype, int[] shape, float[] expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void drawsWhatTorchDraws(Case c) {
        String[] parts = c.name.split("\\.");
        var random = new TorchRandom(Long.parseLong(parts[1].substring("seed".length())));
        if (parts[3].equals("second")) {
            random.noise(DType.F32, Shape.of(1, 16, 4, 4));
        }
        var actual = random.noise(c.dtype, Shape.of(c.shape));
        assertThat(actual).hasSameSizeAs(c.expected);
        for (int i = 0; i < actual.length; i++) {
            float bound = c.dtype == DType.F32 ? BOUND : 0;
            assertThat(actual[i])
                    .as("%s[%d], bound %s", c.name, i, bound)
                    .isCloseTo(c.expected[i], org.assertj.core.api.Assertions.within(bound));
        }
    }

    static Stream<Case> cases() throws Exception {
        byte[] file = Files.readAllBytes(CASES);
        var bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        JsonObject json = Json.parse(CASES.toString(), new String(file, 8, header, StandardCharsets.UTF_8));
        return json.keys().stream().filter(name -> name.startsWith("out.")).map(name -> {
            var entry = json.object(name);
            var dtype = DType.valueOf(entry.string("dtype"));
            var shape = entry.integers("shape");
            var values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
            int start = 8 + header + entry.integers("data_offsets")[0];
            for (int i = 0; i < values.length; i++) {
                values[i] = dtype == DType.F32
                        ? bytes.getFloat(start + 4 * i)
                        : FloatFormats.bf16ToFloat(bytes.getShort(start + 2 * i));
            }
            return new Case(name, dtype, shape, values);
        });
    }

    @Test
    void takesTheLowerHalfOfASeed() {
        // torch.randn(3) after manual_seed(-1), and after manual_seed(2**32 + 5)
        assertThat(new TorchRandom(-1).normal(3))
                .usingComparatorWithPrecision(1e-7f)
                .containsExactly(1.21976304f, -0.39297947f, 1.02307510f);
        assertThat(new TorchRandom((1L << 32) + 5).normal(3))
                .usingComparatorWithPrecision(1e-7f)
                .containsExactly(-0.48678076f, -0.60382158f, -0.55809623f);
        assertThat(new TorchRandom(5).normal(100)).containsExactly(new TorchRandom((1L << 32) + 5).normal(100));
    }

    @Test
    void roundsToTheShortFormats() {
        var plain = new TorchRandom(7).normal(32);
        var half = new TorchRandom(7).noise(DType.F16, Shape.of(2, 16));
        var brain = new TorchRandom(7).noise(DType.BF16, Shape.of(2, 16));
        for (int i = 0; i < plain.length; i++) {
            assertThat(half[i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(plain[i])));
            assertThat(brain[i]).isEqualTo(FloatFormats.bf16ToFloat(FloatFormats.floatToBf16(plain[i])));
        }
        assertThat(new TorchRandom(7).noise(DType.F8_E4M3, Shape.of(2, 16))).containsExactly(brain);
        assertThatThrownBy(() -> new TorchRandom(7).noise(DType.I32, Shape.of(4)))
                .hasMessage("noise is drawn in F32, F16 or BF16, not in I32");
    }

    /** torch.randn(17, dtype=float16) with seed 42: the uniform numbers of the tail come one earlier than in float32. */
    @Test
    void drawsTheTailOfShortFormatsInTheirOrder() {
        assertThat(new TorchRandom(42).noise(DType.F16, Shape.of(17))).startsWith(1.9267578f, 1.6425781f, -0.15954590f);
        assertThat(new TorchRandom(42).normal(17))
                .usingComparatorWithPrecision(BOUND)
                .startsWith(1.9269153f, -0.15959747f, -0.49739754f);
    }

    @Test
    void goesOnFromAState() {
        var random = new TorchRandom(3);
        random.normal(700);
        random.normal(3); // leaves one value of a pair
        var state = random.state();
        var expected = random.normal(5);
        var more = random.normal(1000);
        var resumed = state.resume();
        assertThat(resumed.normal(5)).containsExactly(expected);
        assertThat(resumed.normal(1000)).containsExactly(more);
        assertThat(state.resume().state()).isEqualTo(state);
    }

    @Test
    void drawsALargePictureQuickly() {
        var values = Assertions.assertTimeout(
                Duration.ofSeconds(20), () -> new TorchRandom(42).noise(DType.F32, Shape.of(1, 16, 512, 512)));
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += value * value;
        }
        assertThat(sum / values.length).isCloseTo(0, org.assertj.core.api.Assertions.within(2e-3));
        assertThat(squares / values.length).isCloseTo(1, org.assertj.core.api.Assertions.within(4e-3));
    }
}
