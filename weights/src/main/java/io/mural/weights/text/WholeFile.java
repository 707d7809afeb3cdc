package io.mural.weights.text;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Writes files that appear whole or not at all: the bytes go to a {@link PartFile} in the same folder, which takes the
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
        checkName(file);
        if (folder == null || Files.isDirectory(file)) {
            throw new InputException(file + ": is a folder, expected the name of a file to write");
        }
        if (!Files.isDirectory(folder)) {
            throw new UnwritableException(file, "the folder " + folder + " does not exist");
        }
        // Replacing a device or a pipe by a file would not be what was asked.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UnwritableException(file, "it is not a regular file");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder) || !Files.isWritable(folder)) {
            throw new UnwritableException(file, "permission denied");
        }
    }

    /** A name may be too long, for one. */
    private static void checkName(Path file) {
        try {
            Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException | AccessDeniedException e) {
            // No file of that name is there; what is wrong with its folder is said below.
        } catch (IOException e) {
            throw new UnwritableException(file, e);
        }
    }

    /** As {@link #check}, and tries it: what permissions say is not all (read-only file systems, quotas). */
    public static void probe(Path file) {
        check(file);
        try {
            PartFile.of(file).close();
        } catch (IOException e) {
            throw new UnwritableException(file, e);
        }
    }

    /** Keeps a name for this process until it ends; false when another process that is running has it. */
    public static boolean reserve(Path file) {
        return PartFile.reserve(file);
    }

    /** Refuses what the disk has no space for, before work is done for it; {@link InputException} says both sizes. */
    public static void checkSpace(Path file, long bytes) {
        check(file);
        try {
            long free = Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace();
            if (free < bytes) {
                throw new UnwritableException(
                        file, "it takes " + bytes + " bytes, but only " + free + " are free there");
            }
        } catch (IOException e) {
            throw new UnwritableException(file, e);
        }
    }

    /** Writes a file of these bytes, as {@link #write(Path, Body)}. */
    public static void write(Path file, byte... bytes) {
        write(file, channel -> {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            // A disk may take less than it is given.
            while (left.hasRemaining()) {
                channel.write(left);
            }
        });
    }

    /** Copies a file, as {@link #write(Path, Body)}. */
    public static void copy(Path from, Path file) {
        write(file, channel -> {
            try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ)) {
                long size = source.size();
                long done = 0;
                while (done < size) {
                    long copied = source.transferTo(done, size - done, channel);
                    if (copied <= 0) {
                        throw new IOException(from + " became shorter while it was copied");
                    }
                    done += copied;
                }
            }
        });
    }

    /**
     * Writes {@code file}, replacing one of that name when all bytes are on the disk; {@link InputException} when they do
     * not get there, up to the last.
     */
    public static void write(Path file, Body body) {
        check(file);
        try (PartFile part = PartFile.of(file)) {
            body.writeTo(part.channel());
            part.become(file);
        } catch (IOException e) {
            throw new UnwritableException(file, e);
        }
    }
}
