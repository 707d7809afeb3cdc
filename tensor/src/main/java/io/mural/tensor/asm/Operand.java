package io.mural.tensor.asm;

/** What an instruction works on: a register, memory or a number that stands in the instruction. */
public sealed interface Operand permits Gpr, Simd, Memory, Immediate {}
