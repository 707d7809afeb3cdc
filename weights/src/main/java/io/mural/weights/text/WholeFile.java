package io.mural.weights.text;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes files that appear whole or not at all: the bytes go to a temporary file in the same folder, which takes the
 * name at the end and is deleted on failure or interruption.
 */
public final class WholeFile {
    private WholeFile() {}

    /** What writes the bytes. */
    @FunctionalInterface
    public interface Body {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Whether {@code file} can be written, so far as can be told beforehand; {@link InputException} when it cannot. */
    public static void check(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new InputException(file + ": is a folder, expected the name of a file to write");
        }
        if (!Files.isDirectory(folder)) {
            throw new InputException(file + ": cannot be written: the folder " + folder + " does not exist");
        }
        // Replacing a device or a pipe by a file would not be what was asked.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException(file + ": cannot be written: it is not a regular file");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder) || !Files.isWritable(folder)) {
            throw new InputException(file + ": cannot be written: permission denied");
        }
    }

    /** Refuses what the disk has no space for, before work is done for it; {@link InputException} says both sizes. */
    public static void checkSpace(Path file, long bytes) {
        check(file);
        try {
            long free = Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace();
            if (free < bytes) {
                throw new InputException(file + ": cannot be written: it takes " + bytes + " bytes, but only " + free
                        + " are free there");
            }
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + Shown.reason(e), e);
        }
    }

    /** Writes {@code file}, replacing one of that name; {@link InputException} when the place is not writable. */
    public static void write(Path file, Body body) {
        check(file);
        Path folder = file.toAbsolutePath().getParent();
        Path part = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        // Ctrl-C ends the process without running the code below.
        part.toFile().deleteOnExit();
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                body.writeTo(channel);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            delete(part, e);
            throw new InputException(file + ": cannot be written: " + Shown.reason(e), e);
        } catch (RuntimeException | Error e) {
            delete(part, e);
            throw e;
        }
    }

    private static void delete(Path part, Throwable why) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
