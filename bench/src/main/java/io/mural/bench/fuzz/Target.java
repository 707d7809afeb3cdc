package io.mural.bench.fuzz;

import io.mural.bench.fuzz.Mutator.Form;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Something that reads what strangers wrote.
 *
 * @param seeds whole inputs, from which damaged ones are made
 * @param reader reads one input; {@link io.mural.tensor.InputException} refuses it, anything else that it throws is a fault
 */
record Target(String name, Form form, List<byte[]> seeds, Reader reader) {
    Target {
        seeds = List.copyOf(seeds);
    }

    /** Reads an input. */
    @FunctionalInterface
    interface Reader {
        /** @param folder for files, emptied by nobody: the same names are written again and again */
        void read(byte[] data, Path folder) throws IOException;
    }
}
