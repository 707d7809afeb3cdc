package io.mural.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file on a {@link FaultyDisk}. A write that fails has written half of its bytes, as on a full disk. */
final class FaultyChannel extends FileChannel {
    private final FileChannel real;
    private final FaultyDisk disk;

    FaultyChannel(FileChannel real, FaultyDisk disk) {
        this.real = real;
        this.disk = disk;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        try {
            disk.step();
        } catch (IOException e) {
            real.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
            throw e;
        }
        if (!disk.takesAll() && bytes.remaining() > 1) {
            int taken = real.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
            bytes.position(bytes.position() + taken);
            return taken;
        }
        return real.write(bytes);
    }

    @Override
    public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
        disk.step();
        return real.write(bytes, offset, length);
    }

    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
        try {
            disk.step();
        } catch (IOException e) {
            real.write(bytes.slice(bytes.position(), bytes.remaining() / 2), position);
            throw e;
        }
        if (!disk.takesAll() && bytes.remaining() > 1) {
            int taken = real.write(bytes.slice(bytes.position(), bytes.remaining() / 2), position);
            bytes.position(bytes.position() + taken);
            return taken;
        }
        return real.write(bytes, position);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        disk.step();
        return real.transferFrom(source, position, count);
    }

    @Override
    public void force(boolean metadata) throws IOException {
        disk.step();
        real.force(metadata);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        disk.step();
        real.truncate(size);
        return this;
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        return real.read(bytes);
    }

    @Override
    public long read(ByteBuffer[] bytes, int offset, int length) throws IOException {
        return real.read(bytes, offset, length);
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        return real.read(bytes, position);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return real.transferTo(position, count, target);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return real.map(mode, position, size);
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
        return real.map(mode, offset, size, arena);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
