package io.mural.weights.file;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/** Files that are taken for safetensors and are not: each is named for what it is. */
final class OtherFormats {
    static final int MAGIC_BYTES = 48;
    private static final List<String> PICKLES = List.of(".ckpt", ".pt", ".pth", ".bin", ".pkl");
    private static final String PICKLE_REMEDY =
            " is a Python pickle, which can run any program when it is read, so it is"
                    + " never opened; use the model's .safetensors files, or convert it once with"
                    + " safetensors.torch.save_file in Python";

    private OtherFormats() {}

    /** Opens a file for reading after refusing what its name or kind already rules out. */
    static FileChannel open(Path file) throws IOException {
        refuseName(file);
        if (Files.isDirectory(file)) {
            throw new InputException(file + ": is a folder, expected a .safetensors or .gguf file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException(file + ": is not a regular file, so it cannot be mapped into memory");
        }
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    static boolean isPickle(Path file) {
        String name =
                file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return PICKLES.stream().anyMatch(name::endsWith);
    }

    static void refuseName(Path file) {
        if (isPickle(file)) {
            throw new InputException(file + ":" + PICKLE_REMEDY);
        }
    }

    /** {@code start} holds the first bytes of the file, up to {@link #MAGIC_BYTES}. */
    static void refuseContent(Path file, ByteBuffer start) {
        String text = StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString();
        // A safetensors file begins with a little-endian length below 100 MB: its bytes 4 to 8 are zero, so none of the
        // texts below can begin one.
        boolean zip = text.startsWith("PK\u0003\u0004");
        boolean pickle = text.length() > 2 && text.charAt(0) == 0x80 && text.charAt(1) <= 5 && !headerFollows(text);
        if (zip || pickle) {
            throw new InputException(file + ":" + PICKLE_REMEDY);
        }
        if (text.startsWith("version https://git-lfs")) {
            throw new InputException(
                    file + ": is a Git LFS pointer, not the file itself; fetch it with \"git lfs pull\"");
        }
        if (text.startsWith("GGUF")) {
            throw new InputException(file + ": is a GGUF file, expected a safetensors file");
        }
        String first = text.stripLeading().toLowerCase(Locale.ROOT);
        if (first.startsWith("<!doctype") || first.startsWith("<html")) {
            throw new InputException(file + ": is a web page, not the file itself; download the file it links to");
        }
    }

    /** Whether the eight bytes of length and the brace of a safetensors header stand here. */
    private static boolean headerFollows(String text) {
        return text.length() > 8 && text.charAt(8) == '{';
    }
}
