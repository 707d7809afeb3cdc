package io.mural.weights.file;

import java.nio.file.Path;

/**
 * A tensor of a type that nothing here computes with: it is known to be there, and no more.
 *
 * @param dtype as the file has it, such as {@code U64}
 * @param offset first byte, counted from the start of the file
 */
public record OtherTensor(String name, String dtype, Path file, long offset, long bytes) {}
