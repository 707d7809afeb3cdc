package io.mural.tensor.asm;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.asm.Processor.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Features follow from what the processor and the operating system say, and from all of it. */
class ProcessorTest {
    private static final int BASIC = 1 << 12 | 1 << 27 | 1 << 28;
    private static final int AVX2 = 1 << 5;
    private static final int AVX512 = 1 << 16;
    private static final int VNNI = 1 << 11;
    private static final int BF16 = 1 << 5;

    private record Answers(int leaves, int basic, int xcr0, int ebx, int ecx, int subleaves, int eax1)
            implements Processor.Questions {
        @Override
        public int[] cpuid(int leaf, int subleaf) {
            return switch (leaf) {
                case 0 -> new int[] {leaves, 0, 0, 0};
                case 1 -> new int[] {0, 0, basic, 0};
                case 7 -> subleaf == 0 ? new int[] {subleaves, ebx, ecx, 0} : new int[] {eax1, 0, 0, 0};
                default -> throw new AssertionError("leaf " + leaf);
            };
        }
    }

    @Test
    void aProcessorWithAll() {
        assertThat(Processor.features(new Answers(16, BASIC, 0xE7, AVX2 | AVX512, VNNI, 1, BF16)))
                .containsExactlyInAnyOrder(Feature.values());
    }

    @Test
    void anOperatingSystemThatDoesNotKeepWideRegisters() {
        assertThat(Processor.features(new Answers(16, BASIC, 0x07, AVX2 | AVX512, VNNI, 1, BF16)))
                .containsExactly(Feature.AVX2);
        assertThat(Processor.features(new Answers(16, BASIC, 0x03, AVX2 | AVX512, VNNI, 1, BF16)))
                .isEmpty();
        int cannotSay = BASIC & ~(1 << 27);
        assertThat(Processor.features(new Answers(16, cannotSay, 0xE7, AVX2 | AVX512, VNNI, 1, BF16)))
                .isEmpty();
    }

    @Test
    void olderProcessors() {
        assertThat(Processor.features(new Answers(16, BASIC, 0xE7, AVX2 | AVX512, VNNI, 0, BF16)))
                .as("no second page of leaf 7")
                .doesNotContain(Feature.AVX512_BF16)
                .contains(Feature.AVX512_VNNI);
        assertThat(Processor.features(new Answers(16, BASIC, 0x07, AVX2, 0, 0, 0)))
                .containsExactly(Feature.AVX2);
        assertThat(Processor.features(new Answers(6, BASIC, 0x07, AVX2, 0, 0, 0)))
                .isEmpty();
    }

    /** Linux lists the same features of the processor it runs on. */
    @Test
    void thisProcessor() throws IOException, MachineCode.RefusedException {
        var info = Path.of("/proc/cpuinfo");
        Assumptions.assumeTrue(Files.exists(info), "no /proc/cpuinfo here");
        var flags = Files.readString(info)
                .lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst();
        Assumptions.assumeTrue(flags.isPresent(), "no processor of x86-64");
        var features = Processor.features();
        var names = Map.of(
                Feature.AVX2, " avx2 ",
                Feature.AVX512, " avx512f ",
                Feature.AVX512_BF16, " avx512_bf16 ",
                Feature.AVX512_VNNI, " avx512_vnni ");
        names.forEach((feature, flag) ->
                assertThat(features.contains(feature)).as(flag).isEqualTo((flags.get() + " ").contains(flag)));
    }
}
