package io.mural.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Copies of the tiny reference model with one thing wrong. */
final class BrokenModels {
    static final String TRANSFORMER = "transformer/diffusion_pytorch_model.safetensors";
    static final String SHARD = "transformer/diffusion_pytorch_model-00002-of-00010.safetensors";
    static final String INDEX = "transformer/diffusion_pytorch_model.safetensors.index.json";
    static final String VAE = "vae/diffusion_pytorch_model.safetensors";
    private static final int LENGTH = Long.BYTES;

    private BrokenModels() {}

    /** A whole copy at {@code target}. */
    static Path copy(Path target) {
        var source = MuralProcess.GOLDENS.resolve("flux1-tiny");
        try (var files = Files.walk(source)) {
            for (var file : files.toList()) {
                Files.copy(file, target.resolve(source.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }

    static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void replace(Path file, String old, String by) {
        var text = new String(read(file), StandardCharsets.UTF_8);
        if (!text.contains(old)) {
            throw new AssertionError(file + " does not contain " + old);
        }
        write(file, text.replace(old, by));
    }

    static void truncate(Path file, int bytes) {
        var all = read(file);
        write(file, Arrays.copyOf(all, all.length - bytes));
    }

    /** States a header of another length than it has. */
    static void headerLength(Path file, long length) {
        var all = read(file);
        ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        write(file, all);
    }

    /** Changes the header's text and its stated length with it; the data stays. */
    static void header(Path file, UnaryOperator<String> change) {
        var all = ByteBuffer.wrap(read(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(all.getLong(0));
        var before = new String(all.array(), LENGTH, length, StandardCharsets.UTF_8);
        var changed = change.apply(before);
        if (changed.equals(before)) {
            throw new AssertionError("the header of " + file + " is unchanged");
        }
        var header = changed.getBytes(StandardCharsets.UTF_8);
        int data = all.capacity() - LENGTH - length;
        var out = ByteBuffer.allocate(LENGTH + header.length + data).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header).put(all.array(), LENGTH + length, data);
        write(file, out.array());
    }
}
