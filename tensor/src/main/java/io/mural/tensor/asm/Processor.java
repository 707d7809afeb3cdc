package io.mural.tensor.asm;

import static io.mural.tensor.asm.Memory.at;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.Set;

/**
 * What this processor can do, as it says itself (instruction cpuid), so far as the operating system keeps the registers
 * (xgetbv): trying an instruction that it lacks would end the program.
 */
public final class Processor {
    /** Groups of instructions that kernels are written for. */
    public enum Feature {
        /** Vectors of 256 bits with integers and fused multiply-add. */
        AVX2,
        /** Vectors of 512 bits (the foundation). */
        AVX512,
        /** Products of pairs of bfloat16. */
        AVX512_BF16,
        /** Products of four bytes. */
        AVX512_VNNI
    }

    /** Answers of the processor. */
    public interface Questions {
        /** eax, ebx, ecx and edx of a leaf. */
        int[] cpuid(int leaf, int subleaf);

        /** The register XCR0: which registers the operating system keeps. Only where cpuid says that it can be read. */
        int xcr0();
    }

    private Processor() {}

    /**
     * The features of this processor.
     *
     * @throws MachineCode.RefusedException if it cannot be asked
     */
    public static Set<Feature> features() throws MachineCode.RefusedException {
        return features(ask());
    }

    /** The features that follow from such answers. */
    public static Set<Feature> features(Questions processor) {
        var features = EnumSet.noneOf(Feature.class);
        if (processor.cpuid(0, 0)[0] < 7) {
            return features;
        }
        int basic = processor.cpuid(1, 0)[2];
        int fma = 1 << 12;
        int readsXcr0 = 1 << 27;
        int avx = 1 << 28;
        if (!has(basic, fma | readsXcr0 | avx)) {
            return features;
        }
        int kept = processor.xcr0();
        int[] seven = processor.cpuid(7, 0);
        int upperHalves = 0x06;
        if (has(kept, upperHalves) && has(seven[1], 1 << 5)) {
            features.add(Feature.AVX2);
        }
        int wideRegisters = 0xE6;
        if (features.isEmpty() || !has(kept, wideRegisters) || !has(seven[1], 1 << 16)) {
            return features;
        }
        features.add(Feature.AVX512);
        if (has(seven[2], 1 << 11)) {
            features.add(Feature.AVX512_VNNI);
        }
        if (seven[0] >= 1 && has(processor.cpuid(7, 1)[0], 1 << 5)) {
            features.add(Feature.AVX512_BF16);
        }
        return features;
    }

    private static boolean has(int bits, int wanted) {
        return (bits & wanted) == wanted;
    }

    private static Questions ask() throws MachineCode.RefusedException {
        var cpuid = MachineCode.function(
                cpuidCode(),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        var xgetbv =
                MachineCode.function(xgetbvCode(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        return new Questions() {
            @Override
            public int[] cpuid(int leaf, int subleaf) {
                return answers(cpuid, leaf, subleaf);
            }

            @Override
            public int xcr0() {
                try {
                    return (int) xgetbv.invokeExact(0L);
                } catch (Throwable e) {
                    throw new IllegalStateException("xgetbv", e);
                }
            }
        };
    }

    private static int[] answers(MethodHandle cpuid, long leaf, long subleaf) {
        try (var arena = Arena.ofConfined()) {
            var answers = arena.allocate(ValueLayout.JAVA_LONG, 4);
            cpuid.invokeExact(leaf, subleaf, answers);
            var registers = new int[4];
            for (int i = 0; i < 4; i++) {
                registers[i] = (int) answers.getAtIndex(ValueLayout.JAVA_LONG, i);
            }
            return registers;
        } catch (Throwable e) {
            throw new IllegalStateException("cpuid", e);
        }
    }

    /** void(leaf in rdi, subleaf in rsi, long[4] in rdx) */
    private static byte[] cpuidCode() {
        var asm = new Assembler();
        asm.push(Gpr.RBX);
        asm.mov(Gpr.R8, Gpr.RDX);
        asm.mov(Gpr.RAX, Gpr.RDI);
        asm.mov(Gpr.RCX, Gpr.RSI);
        asm.cpuid();
        asm.mov(at(Gpr.R8, 0), Gpr.RAX);
        asm.mov(at(Gpr.R8, 8), Gpr.RBX);
        asm.mov(at(Gpr.R8, 16), Gpr.RCX);
        asm.mov(at(Gpr.R8, 24), Gpr.RDX);
        asm.pop(Gpr.RBX);
        asm.ret();
        return asm.code();
    }

    /** int(number of the register in rdi): its lower half */
    private static byte[] xgetbvCode() {
        var asm = new Assembler();
        asm.mov(Gpr.RCX, Gpr.RDI);
        asm.xgetbv();
        asm.ret();
        return asm.code();
    }
}
