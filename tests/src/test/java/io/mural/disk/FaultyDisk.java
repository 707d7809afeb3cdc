package io.mural.disk;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The disk, until it fails: from the n-th time on that something is written, forced or renamed, that ends in an
 * exception. Files are real ones.
 */
public final class FaultyDisk extends FileSystemProvider {
    private final FileSystemProvider real;
    private final FileSystem system;
    private int left;
    private boolean takesAll = true;

    /** @param failure counted from 1 */
    public FaultyDisk(Path folder, int failure) {
        this.real = folder.getFileSystem().provider();
        this.left = failure;
        this.system = new FaultySystem(this, folder.getFileSystem());
    }

    /** One that never fails, but takes half of what it is given at each write. */
    public static FaultyDisk halving(Path folder) {
        var disk = new FaultyDisk(folder, Integer.MAX_VALUE);
        disk.takesAll = false;
        return disk;
    }

    /** Whether a write that does not fail writes all. */
    boolean takesAll() {
        return takesAll;
    }

    /** Whether the failure came. */
    public boolean failed() {
        return left < 1;
    }

    /** Something that the disk may fail to do. */
    void step() throws IOException {
        left--;
        if (failed()) {
            throw new IOException("No space left on device");
        }
    }

    /** The place on this disk. */
    public Path path(Path place) {
        return (Path) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Path.class},
                (_, method, args) -> switch (method.getName()) {
                    case "getFileSystem" -> system;
                    case "toFile" -> place.toFile();
                    case "equals" -> place.equals(inside(args[0]));
                    default -> outside(call(method, place, args));
                });
    }

    private Object outside(Object value) {
        return value instanceof Path place ? path(place) : value;
    }

    private static Object inside(Object value) {
        return value instanceof Path place && place.getFileSystem().provider() instanceof FaultyDisk
                ? place.toFile().toPath()
                : value;
    }

    private static Path real(Path place) {
        return (Path) inside(place);
    }

    private static Object call(Method method, Object target, Object... args) throws Throwable {
        var own = args == null ? new Object[0] : args.clone();
        for (int i = 0; i < own.length; i++) {
            own[i] = inside(own[i]);
        }
        try {
            return method.invoke(target, own);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return new FaultyChannel(real.newFileChannel(real(path), options, attributes), this);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        step();
        real.move(real(source), real(target), options);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(real(path));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path dir, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        List<Path> paths = new ArrayList<>();
        try (var stream = real.newDirectoryStream(real(dir), _ -> true)) {
            for (var each : stream) {
                if (filter.accept(path(each))) {
                    paths.add(path(each));
                }
            }
        }
        return new DirectoryStream<>() {
            @Override
            public java.util.Iterator<Path> iterator() {
                return paths.iterator();
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }

    @Override
    public void createDirectory(Path dir, FileAttribute<?>... attributes) throws IOException {
        real.createDirectory(real(dir), attributes);
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        real.copy(real(source), real(target), options);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return real.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        real.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return real.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return real.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return real.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        real.setAttribute(real(path), attribute, value, options);
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
        throw new UnsupportedOperationException("it is made by its constructor");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return system;
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException("its paths are made from others");
    }
}
