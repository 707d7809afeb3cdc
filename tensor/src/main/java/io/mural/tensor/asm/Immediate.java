package io.mural.tensor.asm;

/** A number that stands in the instruction itself. */
public record Immediate(int value) implements Operand {}
