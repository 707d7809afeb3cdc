package io.mural.engine.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One process at a time changes a model of the cache. The system gives the lock back when the process ends, however. */
final class RepositoryLock implements AutoCloseable {
    private static final long LOOK_AGAIN_MILLIS = 200;

    private final FileChannel channel;

    private RepositoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for another process that has it, and tells so first. */
    static RepositoryLock take(Path cache, HubName model, Runnable waits) throws IOException, InterruptedException {
        var file = cache.resolve(".locks").resolve(model.folder()).resolve("mural.lock");
        Files.createDirectories(file.getParent());
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            for (boolean said = false; !tries(channel); said = true) {
                if (!said) {
                    waits.run();
                }
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
            return new RepositoryLock(channel);
        } catch (IOException | InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean tries(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process has it
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return true; // a file system without locks
        }
        return lock != null;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
