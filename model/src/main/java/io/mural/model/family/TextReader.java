package io.mural.model.family;

import io.mural.model.token.Tokenizer;

/**
 * A text encoder as a prompt meets it.
 *
 * @param name as users know it
 * @param length tokens it sees, special ones included
 */
public record TextReader(String name, Tokenizer tokenizer, int length) {}
