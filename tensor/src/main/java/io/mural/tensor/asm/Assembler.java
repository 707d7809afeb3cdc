package io.mural.tensor.asm;

import io.mural.tensor.asm.Instruction.Form;
import java.util.Arrays;

/**
 * Writes x86-64 machine code: general registers as methods, vectors by {@link #vector}. Of the encodings that mean the
 * same the shortest is taken, as GNU as does. Jumps go backwards, to a place that {@link #here} has named.
 */
public final class Assembler {
    private byte[] code = new byte[1024];
    private int size;

    /** What was written so far. */
    public byte[] code() {
        return Arrays.copyOf(code, size);
    }

    // --- general registers ------------------------------------------------------------------------------------------

    /** The place of the next instruction, for a jump back. */
    public int here() {
        return size;
    }

    /** Jumps back to {@code place} unless the last result was zero. */
    public void jnz(int place) {
        int near = place - (size + 2);
        if (near >= Byte.MIN_VALUE) {
            bytes(0x75, near);
        } else {
            bytes(0x0F, 0x85);
            number(place - (size + 4), 4);
        }
    }

    public void ret() {
        bytes(0xC3);
    }

    /** Clears the upper halves of vector registers, without which older instructions are slow afterwards. */
    public void vzeroupper() {
        bytes(0xC5, 0xF8, 0x77);
    }

    /** Tells the processor's features: leaf in eax, subleaf in ecx; answers in eax, ebx, ecx, edx. */
    public void cpuid() {
        bytes(0x0F, 0xA2);
    }

    /** Tells what the operating system keeps of extended registers: number in ecx, answer in eax and edx. */
    public void xgetbv() {
        bytes(0x0F, 0x01, 0xD0);
    }

    public void push(Gpr register) {
        shortOpcode(0x50, register);
    }

    public void pop(Gpr register) {
        shortOpcode(0x58, register);
    }

    private void shortOpcode(int opcode, Gpr register) {
        if (register.ordinal() >= 8) {
            bytes(0x41);
        }
        bytes(opcode + register.ordinal() % 8);
    }

    public void mov(Gpr to, Gpr from) {
        registers(0x89, from, to);
    }

    /** Loads 64 bits. */
    public void mov(Gpr to, Memory from) {
        memory(0x8B, to, from);
    }

    /** Stores 64 bits. */
    public void mov(Memory to, Gpr from) {
        memory(0x89, from, to);
    }

    /** The address itself. */
    public void lea(Gpr to, Memory address) {
        memory(0x8D, to, address);
    }

    public void add(Gpr to, Gpr register) {
        registers(0x01, register, to);
    }

    public void add(Gpr to, int number) {
        arithmetic(0, to, number);
    }

    public void sub(Gpr from, int number) {
        arithmetic(5, from, number);
    }

    public void dec(Gpr register) {
        bytes(rex(0, 0, register.ordinal()), 0xFF, modRm(3, 1, register.ordinal()));
    }

    public void test(Gpr a, Gpr b) {
        registers(0x85, b, a);
    }

    /** Reads a cache line ahead; an address that does not exist is no fault. */
    public void prefetch(Memory address) {
        int rex = rex(0, index(address), address.base().ordinal()) & ~0x08;
        if (rex != 0x40) {
            bytes(rex);
        }
        bytes(0x0F, 0x18);
        address(1, address, 1);
    }

    private void registers(int opcode, Gpr reg, Gpr rm) {
        bytes(rex(reg.ordinal(), 0, rm.ordinal()), opcode, modRm(3, reg.ordinal(), rm.ordinal()));
    }

    private void memory(int opcode, Gpr reg, Memory address) {
        bytes(rex(reg.ordinal(), index(address), address.base().ordinal()), opcode);
        address(reg.ordinal(), address, 1);
    }

    private void arithmetic(int digit, Gpr register, int number) {
        bytes(rex(0, 0, register.ordinal()));
        if (number == (byte) number) {
            bytes(0x83, modRm(3, digit, register.ordinal()), number);
            return;
        }
        if (register == Gpr.RAX) {
            bytes(digit << 3 | 5);
        } else {
            bytes(0x81, modRm(3, digit, register.ordinal()));
        }
        number(number, 4);
    }

    private static int rex(int reg, int index, int rm) {
        return 0x48 | reg >> 3 << 2 | index >> 3 << 1 | rm >> 3;
    }

    // --- vectors ----------------------------------------------------------------------------------------------------

    /** An instruction on vectors, its operands in Intel's order: what is written comes first. */
    public void vector(Instruction instruction, Operand... operands) {
        boolean store = operands[0] instanceof Memory;
        var none = Simd.ymm(0);
        switch (instruction.form) {
            case RM, RM_SCALAR -> encode(instruction, 0, register(operands[0]), none, operands[1]);
            case RM_OR_MR ->
                encode(instruction, store ? 1 : 0, register(operands[store ? 1 : 0]), none, operands[store ? 0 : 1]);
            case MR_QUARTER -> encode(instruction, 0, register(operands[1]), none, operands[0]);
            case RVM, RVM_NUMBER -> encode(instruction, 0, register(operands[0]), register(operands[1]), operands[2]);
            case VM_NUMBER ->
                encode(instruction, 0, new Simd(register(operands[0]).bits(), 6), register(operands[0]), operands[1]);
        }
        if (operands[operands.length - 1] instanceof Immediate number) {
            bytes(number.value());
        }
    }

    private static Simd register(Operand operand) {
        if (operand instanceof Simd register) {
            return register;
        }
        throw new IllegalArgumentException(operand + " is no vector register");
    }

    private void encode(Instruction instruction, int more, Simd reg, Simd v, Operand rm) {
        boolean wide = reg.bits() == 512 || v.bits() == 512 || rm instanceof Simd register && register.bits() == 512;
        if (!wide && Math.max(reg.number(), v.number()) > 15) {
            throw new IllegalArgumentException("only zmm registers are numbered from 16 on: " + reg + ", " + v);
        }
        int index = 0;
        int base = 0;
        boolean broadcast = false;
        if (rm instanceof Memory memory) {
            index = index(memory);
            base = memory.base().ordinal();
            broadcast = memory.broadcast();
        } else {
            index = register(rm).number() >> 4 << 3;
            base = register(rm).number();
        }
        if (wide) {
            evex(instruction, reg.number(), index, base, v.number(), broadcast);
        } else {
            vex(instruction, reg.number(), index, base, v.number());
        }
        bytes(instruction.opcode + more);
        if (rm instanceof Memory memory) {
            address(reg.number(), memory, wide ? unit(instruction, broadcast) : 1);
        } else {
            bytes(modRm(3, reg.number(), base));
        }
    }

    /** The four bytes of EVEX; registers' upper bits stand there inverted. */
    private void evex(Instruction instruction, int reg, int index, int base, int v, boolean broadcast) {
        bytes(0x62);
        bytes(~reg >> 3 << 7 & 0x80
                | ~index >> 3 << 6 & 0x40
                | ~base >> 3 << 5 & 0x20
                | ~reg >> 4 << 4 & 0x10
                | instruction.map.number);
        bytes(instruction.w << 7 | (~v & 15) << 3 | 4 | instruction.prefix.ordinal());
        bytes(2 << 5 | (broadcast ? 0x10 : 0) | ~v >> 4 << 3 & 8);
    }

    /** The two or three bytes of VEX, for 256 bits; the field W is ignored by what is used here. */
    private void vex(Instruction instruction, int reg, int index, int base, int v) {
        int last = (~v & 15) << 3 | 4 | instruction.prefix.ordinal();
        if (instruction.map == Instruction.Map.OF && index < 8 && base < 8) {
            bytes(0xC5, ~reg >> 3 << 7 & 0x80 | last);
            return;
        }
        bytes(0xC4);
        bytes(~reg >> 3 << 7 & 0x80 | ~index >> 3 << 6 & 0x40 | ~base >> 3 << 5 & 0x20 | instruction.map.number);
        bytes(last);
    }

    /** What a displacement of one byte counts in under EVEX: what the instruction reads or writes there. */
    private static int unit(Instruction instruction, boolean broadcast) {
        if (broadcast || instruction.form == Form.RM_SCALAR) {
            return 4;
        }
        return instruction.form == Form.MR_QUARTER ? 16 : 64;
    }

    // --- bytes ------------------------------------------------------------------------------------------------------

    private static int index(Memory memory) {
        return memory.index().map(Gpr::ordinal).orElse(0);
    }

    private static int modRm(int mod, int reg, int rm) {
        return mod << 6 | (reg & 7) << 3 | rm & 7;
    }

    private void address(int reg, Memory memory, int unit) {
        int base = memory.base().ordinal() & 7;
        int displacement = memory.displacement();
        boolean small = displacement % unit == 0 && displacement / unit == (byte) (displacement / unit);
        // a base numbered 5 without a displacement would mean another way of addressing
        int mod = displacement == 0 && base != 5 ? 0 : small ? 1 : 2;
        // a base numbered 4 says that a byte for the index follows; there, an index numbered 4 says that there is none
        boolean indexed = memory.index().isPresent() || base == 4;
        bytes(modRm(mod, reg, indexed ? 4 : base));
        if (indexed) {
            int index = memory.index().map(Gpr::ordinal).orElse(4);
            bytes(Integer.numberOfTrailingZeros(memory.scale()) << 6 | (index & 7) << 3 | base);
        }
        if (mod == 1) {
            bytes(displacement / unit);
        } else if (mod == 2) {
            number(displacement, 4);
        }
    }

    private void number(int value, int count) {
        for (int i = 0; i < count; i++) {
            bytes(value >> 8 * i);
        }
    }

    private void bytes(int... values) {
        if (size + values.length > code.length) {
            code = Arrays.copyOf(code, 2 * code.length);
        }
        for (int value : values) {
            code[size++] = (byte) value;
        }
    }
}
