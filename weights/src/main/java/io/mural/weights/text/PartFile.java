package io.mural.weights.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * A file on its way to its name: {@code .NAME.UUID.part} beside it, locked while its process lives. One without a lock
 * was left by a process that was killed; the next write in that folder removes it.
 */
final class PartFile implements AutoCloseable {
    /** Bytes of a name that file systems take. */
    private static final int NAME_BYTES = 255;

    private static final String ENDING = ".part";
    private static final int UUID_LENGTH = 36;
    private static final String HEX = "[0-9a-f]";
    /** UUIDs of version 8, which is for meanings of one's own: other programs' files are not touched. */
    private static final Pattern OURS = Pattern.compile(
            "\\..*\\." + HEX + "{8}-" + HEX + "{4}-8" + HEX + "{3}-" + HEX + "{4}-" + HEX + "{12}\\.part");

    private static final SecureRandom RANDOM = new SecureRandom();
    /** Of this process: what begins so is not looked at, because closing a file gives up all locks on it. */
    private static final long RUN = RANDOM.nextLong() & ~0xf000L | 0x8000L;

    /** Names that this process keeps; looking at their locks would give them up. */
    private static final Set<Path> RESERVED = ConcurrentHashMap.newKeySet();

    private static final Queue<FileChannel> KEPT = new ConcurrentLinkedQueue<>();

    private final Path path;
    private final FileChannel channel;
    private boolean moved;

    private PartFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** A new one for {@code file}, after those that killed processes left in its folder are removed. */
    static PartFile of(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        sweep(folder);
        while (true) {
            Path path = folder.resolve(name(file, new UUID(RUN, RANDOM.nextLong())));
            // Ctrl-C ends the process without running the code of close.
            path.toFile().deleteOnExit();
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            // Between these two lines another process may have found it without a lock, and removed it.
            lock(channel);
            if (Files.exists(path)) {
                return new PartFile(path, channel);
            }
            channel.close();
        }
    }

    private static String name(Path file, UUID number) {
        String name = file.getFileName().toString();
        int room = NAME_BYTES - ".".length() - ".".length() - UUID_LENGTH - ENDING.length();
        while (name.getBytes(StandardCharsets.UTF_8).length > room) {
            name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
        }
        return "." + name + "." + number + ENDING;
    }

    /** Where the file system has no locks, nobody can take the file for one that was left. */
    private static void lock(FileChannel channel) {
        try {
            channel.tryLock();
        } catch (IOException e) {
            // as said above
        }
    }

    private static void sweep(Path folder) {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, ".*" + ENDING)) {
            for (Path part : parts) {
                String name = part.getFileName().toString();
                boolean own = name.contains(new UUID(RUN, 0).toString().substring(0, 18));
                if (OURS.matcher(name).matches()
                        && !own
                        && !RESERVED.contains(part)
                        && Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
                    removeIfLeft(part);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // A folder that cannot be listed can still be written to.
        }
    }

    private static void removeIfLeft(Path part) {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                Files.delete(part);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // Another process is removing it, or may be writing it.
        }
    }

    /**
     * Keeps a name for this process until it ends; false when another process has it. The mark is a part without bytes,
     * of the same name each time, so that only one process can make it; one that a killed process left is swept away.
     */
    static boolean reserve(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        Path mark = folder.resolve(name(file, new UUID(0x8000L, 0x8000000000000000L)));
        // Before it counts as this process's own: a killed one may have left it.
        sweep(folder);
        if (!RESERVED.add(mark)) {
            return true;
        }
        try {
            FileChannel channel = FileChannel.open(mark, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            mark.toFile().deleteOnExit();
            lock(channel); // held until the process ends: the channel stays open
            KEPT.add(channel);
            if (Files.exists(mark)) {
                return true;
            }
        } catch (IOException e) {
            // Another process has made it, or nothing can be written here, which is said elsewhere.
        }
        RESERVED.remove(mark);
        return !Files.exists(mark);
    }

    /** Where the bytes go. */
    FileChannel channel() {
        return channel;
    }

    /**
     * Takes the name of {@code file}, when all bytes are on the disk: what the system reports late is reported here, and
     * after a power cut there is one whole file or the other.
     */
    void become(Path file) throws IOException {
        long size = channel.size();
        channel.force(true);
        long stored = Files.size(path);
        if (stored != size) {
            throw new IOException(stored + " of " + size + " bytes were written");
        }
        // While it is open, so that its lock is held until it has its name.
        Files.move(path, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        moved = true;
        channel.close();
        force(path.getParent());
    }

    /** The folder's entry, too. Not every system opens folders. */
    private static void force(Path folder) {
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (IOException e) {
            // as said above
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (!moved) {
                Files.deleteIfExists(path);
            }
        }
    }
}
