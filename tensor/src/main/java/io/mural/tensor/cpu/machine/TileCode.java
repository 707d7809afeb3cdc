package io.mural.tensor.cpu.machine;

import static io.mural.tensor.asm.Gpr.R10;
import static io.mural.tensor.asm.Gpr.R11;
import static io.mural.tensor.asm.Gpr.R12;
import static io.mural.tensor.asm.Gpr.R8;
import static io.mural.tensor.asm.Gpr.R9;
import static io.mural.tensor.asm.Gpr.RAX;
import static io.mural.tensor.asm.Gpr.RBP;
import static io.mural.tensor.asm.Gpr.RBX;
import static io.mural.tensor.asm.Gpr.RCX;
import static io.mural.tensor.asm.Gpr.RDI;
import static io.mural.tensor.asm.Gpr.RDX;
import static io.mural.tensor.asm.Gpr.RSI;
import static io.mural.tensor.asm.Gpr.RSP;
import static io.mural.tensor.asm.Memory.at;

import io.mural.tensor.asm.Assembler;
import io.mural.tensor.asm.Gpr;
import io.mural.tensor.asm.Instruction;
import io.mural.tensor.asm.Memory;
import io.mural.tensor.asm.Operand;
import io.mural.tensor.asm.Simd;

/**
 * What the kernels of all formats have in common, for {@link Tile}'s arguments in the registers of the System V calling
 * convention:
 *
 * <pre>
 * for each group of rows:                       groups on the stack
 *     begin()
 *     for each step of k: step()                rcx
 *     end()
 *     a += rows * aStride, c += rows * cStride  rdi, r8; rdx, r9
 * </pre>
 *
 * Rows 0 to 2 of the group at hand are reached from {@code rax} (of a) and {@code rdx} (of c), the later ones from
 * {@code rbx} and {@code r12}; {@code r10} walks along the panel.
 */
abstract class TileCode {
    final Assembler asm = new Assembler();
    /** Rows of a group: 4 or 6. */
    final int rows;
    /** Vectors of a panel. */
    final int vectors;
    /** Bits of a vector. */
    private final int bits;

    TileCode(int rows, int vectors, int bits) {
        this.rows = rows;
        this.vectors = vectors;
        this.bits = bits;
    }

    abstract void begin();

    /** One step of k, the pointers into a and b still at its beginning. */
    abstract void step();

    abstract void end();

    /** Bytes of a step in a row of a, and in the panel. */
    abstract int stepOfA();

    abstract int stepOfB();

    final byte[] write() {
        asm.mov(R11, at(RSP, 8));
        asm.push(RBX);
        asm.push(RBP);
        asm.push(R12);
        int group = asm.here();
        asm.mov(RAX, RDI);
        third(RBX, RDI, R8);
        third(R12, RDX, R9);
        asm.mov(R10, RSI);
        asm.mov(RBP, RCX);
        begin();
        int step = asm.here();
        step();
        asm.add(R10, stepOfB());
        asm.add(RAX, stepOfA());
        asm.add(RBX, stepOfA());
        asm.dec(RBP);
        asm.jnz(step);
        end();
        nextGroup(RDI, R8);
        nextGroup(RDX, R9);
        asm.dec(R11);
        asm.jnz(group);
        asm.pop(R12);
        asm.pop(RBP);
        asm.pop(RBX);
        asm.vzeroupper();
        asm.ret();
        return asm.code();
    }

    /** {@code to = from + 3 stride} */
    private void third(Gpr to, Gpr from, Gpr stride) {
        asm.lea(to, at(from, stride, 2, 0));
        asm.add(to, stride);
    }

    private void nextGroup(Gpr pointer, Gpr stride) {
        asm.lea(pointer, at(pointer, stride, 4, 0));
        if (rows == 6) {
            asm.lea(pointer, at(pointer, stride, 2, 0));
        }
    }

    // --- names ------------------------------------------------------------------------------------------------------

    final Simd register(int number) {
        return new Simd(bits, number);
    }

    /** The sums of row r and vector v. */
    final Simd sum(int r, int v) {
        return register(r * vectors + v);
    }

    /** A vector of the panel. */
    final Simd right(int v) {
        return register(rows * vectors + v);
    }

    /** One of the registers that are left. */
    final Simd spare(int i) {
        return register((rows + 1) * vectors + i);
    }

    /** Bytes of a vector. */
    final int bytes() {
        return bits / 8;
    }

    /** Byte {@code displacement} of the step at hand in row r of a. */
    final Memory left(int r, int displacement) {
        return row(r < 3 ? RAX : RBX, R8, r, displacement);
    }

    final Memory ofPanel(int vector) {
        return at(R10, vector * bytes());
    }

    final Memory ofSums(int r, int v) {
        return row(r < 3 ? RDX : R12, R9, r, v * bytes());
    }

    private static Memory row(Gpr base, Gpr stride, int r, int displacement) {
        return r % 3 == 0 ? at(base, displacement) : at(base, stride, r % 3, displacement);
    }

    final void op(Instruction instruction, Operand... operands) {
        asm.vector(instruction, operands);
    }
}
