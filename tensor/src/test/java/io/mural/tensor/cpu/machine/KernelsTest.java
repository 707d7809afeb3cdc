package io.mural.tensor.cpu.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.asm.MachineCode;
import io.mural.tensor.asm.Processor;
import io.mural.tensor.asm.Processor.Feature;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels' bytes, run by the interpreter on any processor and natively where it has the instructions, compute what
 * plain loops do and touch nothing beyond their operands.
 */
class KernelsTest {
    /** A kernel: its code, the plain loops of its format, the width of its panel. */
    private record Kernel(String name, byte[] code, Tiles plain, int width, Feature needs) {
        @Override
        public String toString() {
            return name + " " + width;
        }

        int stepInts() {
            return plain.format().map(format -> format.rowInts).orElse(1);
        }

        int columnInts() {
            return plain.format().map(CodeBlocks::columnInts).orElse(1);
        }
    }

    /** Memory of one call. */
    private record Call(Kernel kernel, int groups, int steps, int aStride, int cStride, int[] a, int[] b, float[] c) {
        static Call of(Kernel kernel, int groups, int steps, int gap) {
            int rows = groups * kernel.plain().rows();
            int aStride = steps * kernel.stepInts() + gap;
            int cStride = kernel.width() + gap;
            var random = new Random(31L * groups + steps);
            // the last row ends where the operand ends
            var a = random.ints((long) rows * aStride - gap).toArray();
            var b = random.ints((long) steps * kernel.columnInts() * kernel.width())
                    .toArray();
            var c = new float[rows * cStride - gap];
            for (int i = 0; i < c.length; i++) {
                c[i] = random.nextFloat();
            }
            var call = new Call(kernel, groups, steps, aStride, cStride, a, b, c);
            call.makeNumbers(random);
            return call;
        }

        /** Random bits are no sensible numbers: scales, and pairs, are. */
        private void makeNumbers(Random random) {
            var format = kernel.plain().format();
            for (int i = 0; i < a.length; i++) {
                if (format.isEmpty() || i % aStride % kernel.stepInts() == format.get().ints) {
                    a[i] = number(random);
                }
            }
            for (int i = 0; i < b.length; i++) {
                if (format.isEmpty() || i / kernel.width() % kernel.columnInts() == format.get().ints) {
                    b[i] = number(random);
                }
            }
        }

        private int number(Random random) {
            float first = (float) random.nextGaussian();
            return kernel.plain().format().isPresent()
                    ? Float.floatToRawIntBits(first)
                    : Pairs.round(first, (float) random.nextGaussian());
        }

        float[] expected() {
            var sums = c.clone();
            var padded = Arrays.copyOf(sums, groups * kernel.plain().rows() * cStride);
            kernel.plain()
                    .kernel(kernel.width())
                    .multiply(
                            MemorySegment.ofArray(Arrays.copyOf(a, a.length + aStride)),
                            MemorySegment.ofArray(b),
                            MemorySegment.ofArray(padded),
                            steps,
                            4L * aStride,
                            4L * cStride,
                            groups);
            return Arrays.copyOf(padded, sums.length);
        }
    }

    static Stream<Kernel> kernels() {
        return Stream.of(64, 32, 16)
                .flatMap(width -> Stream.of(
                        new Kernel(
                                "bf16",
                                new PairCode(width / 16).write(),
                                Kernels.plainPairs(),
                                width,
                                Feature.AVX512_BF16),
                        new Kernel(
                                "bytes",
                                new BlockCode.OfBytes(width / 16).write(),
                                Kernels.plainBlocks(CodeBlocks.BYTES),
                                width,
                                Feature.AVX512_VNNI),
                        new Kernel(
                                "words",
                                new BlockCode.OfWords(2).write(),
                                Kernels.plainBlocks(CodeBlocks.WORDS),
                                16,
                                Feature.AVX2)));
    }

    private static List<Call> calls(Kernel kernel) {
        return List.of(Call.of(kernel, 1, 1, 0), Call.of(kernel, 3, 2, 5), Call.of(kernel, 2, 13, 1));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void interpreted(Kernel kernel) {
        for (var call : calls(kernel)) {
            var interpreter = new Interpreter(kernel.code());
            var c = bytes(call.c());
            long a = interpreter.map(bytes(call.a()), false);
            long b = interpreter.map(bytes(call.b()), false);
            interpreter.call(
                    a,
                    b,
                    interpreter.map(c, true),
                    call.steps(),
                    4L * call.aStride(),
                    4L * call.cStride(),
                    call.groups());
            var sums = new float[call.c().length];
            ByteBuffer.wrap(c).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(sums);
            assertThat(sums).isEqualTo(call.expected());
        }
    }

    /** Operands end, and begin, where pages without any access do. */
    @ParameterizedTest
    @MethodSource("kernels")
    void nativelyBetweenGuardPages(Kernel kernel) throws Throwable {
        Assumptions.assumeTrue(canCall(kernel.needs()), "this processor or system does not run " + kernel);
        var tile = Kernels.callable(kernel.code());
        for (var call : calls(kernel)) {
            for (boolean atEnd : new boolean[] {true, false}) {
                var c = Guarded.of(bytes(call.c()), atEnd);
                tile.multiply(
                        Guarded.of(bytes(call.a()), atEnd),
                        Guarded.of(bytes(call.b()), atEnd),
                        c,
                        call.steps(),
                        4L * call.aStride(),
                        4L * call.cStride(),
                        call.groups());
                var sums = new float[call.c().length];
                MemorySegment.copy(c, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, sums, 0, sums.length);
                var expected = call.expected();
                for (int i = 0; i < sums.length; i++) {
                    // the order in which a pair's products are added is the processor's own
                    float allowed = kernel.plain().format().isPresent() ? 0 : 1e-5f * call.steps();
                    assertThat(Math.abs(sums[i] - expected[i])).isLessThanOrEqualTo(allowed);
                }
            }
        }
    }

    private static boolean canCall(Feature feature) {
        try {
            return Processor.features().contains(feature);
        } catch (MachineCode.RefusedException e) {
            return false;
        }
    }

    @Test
    void theInterpreterSeesAccessesBeyondOperands() {
        var kernel = kernels().toList().getFirst();
        var call = Call.of(kernel, 1, 2, 0);
        var interpreter = new Interpreter(kernel.code());
        long a = interpreter.map(bytes(call.a()), false);
        long b = interpreter.map(bytes(call.b()), false);
        long c = interpreter.map(bytes(call.c()), true);
        assertThatThrownBy(() -> interpreter.call(a, b, c, 3, 8, 4L * call.cStride(), 1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("beyond its operands");
    }

    /** Kernels follow from features alone, so an instruction that is missing is never met. */
    @Test
    void aProcessorGetsOnlyWhatItCanRun() {
        assertThat(Kernels.of(EnumSet.noneOf(Feature.class))).isEqualTo(Kernels.NONE);
        var withoutShortFloats = Kernels.of(EnumSet.of(Feature.AVX2));
        assertThat(withoutShortFloats.pairs()).isEmpty();
    }

    @Test
    void wrongKernelsDoNotPassTheCheck() {
        var plain = Kernels.plainBlocks(CodeBlocks.WORDS);
        var wrong = new Tiles(
                plain.format(),
                plain.rows(),
                plain.widths(),
                List.of((a, b, c, steps, aStride, cStride, groups) ->
                        plain.kernels().getFirst().multiply(a, b, c, steps - 1, aStride, cStride, groups)));
        assertThat(SelfCheck.agree(plain, plain)).isTrue();
        assertThat(SelfCheck.agree(wrong, plain)).isFalse();
    }

    private static byte[] bytes(int[] ints) {
        var buffer = ByteBuffer.allocate(4 * ints.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(ints);
        return buffer.array();
    }

    private static byte[] bytes(float[] floats) {
        var buffer = ByteBuffer.allocate(4 * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(floats);
        return buffer.array();
    }
}
