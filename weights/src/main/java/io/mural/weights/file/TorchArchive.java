package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.weights.file.PickledData.StoredTensor;
import io.mural.weights.text.Shown;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;

/**
 * A file of torch's ({@code .pth}, {@code .ckpt}, {@code .pt}), of the zip that it writes since 1.6 or of the bare pickles
 * before. Only the part of the pickle that is data is read; a file that asks for more is refused.
 */
public final class TorchArchive implements AutoCloseable {
    private final Path path;
    private final TorchStorages storages;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final List<String> others = new ArrayList<>();

    private TorchArchive(Path path, TorchStorages storages) throws IOException {
        this.path = path;
        this.storages = storages;
        collect(storages.described());
    }

    /** Opens a file; {@link InputException} names what it holds beside data. */
    public static TorchArchive open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new InputException(path + ": no such file");
        }
        try {
            TorchStorages storages = BareTorch.is(path) ? new BareTorch(path) : new ZippedTorch(path);
            try {
                return new TorchArchive(path, storages);
            } catch (IOException | RuntimeException | Error e) {
                storages.close();
                throw e;
            }
        } catch (ZipException e) {
            throw new InputException(
                    path + ": is neither the zip archive that torch writes since 1.6 nor its older form; get the"
                            + " model as .safetensors",
                    e);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    /** The tensors of a dictionary, or of the only dictionary in it, as training programs nest them. */
    private void collect(Object object) {
        if (!(object instanceof Map<?, ?> map)) {
            throw new InputException(path + ": holds no dictionary of tensors");
        }
        boolean flat = map.values().stream().anyMatch(StoredTensor.class::isInstance);
        var inner = map.values().stream().filter(Map.class::isInstance).toList();
        if (!flat && inner.size() == 1) {
            collect(inner.getFirst());
            return;
        }
        map.forEach((name, value) -> {
            if (value instanceof StoredTensor tensor && name instanceof String text) {
                tensors.put(text, tensor);
            } else {
                others.add(String.valueOf(name));
            }
        });
        if (tensors.isEmpty()) {
            throw new InputException(path + ": holds no dictionary of tensors");
        }
    }

    public Path path() {
        return path;
    }

    /** How many tensors there are. */
    public int count() {
        return tensors.size();
    }

    /** The sizes of all tensors by name. */
    public Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /** All elements of a floating-point tensor, row-major, as float32. */
    public float[] floats(String name) {
        var tensor = tensors.get(name);
        if (tensor == null) {
            throw new InputException(path + ": has no tensor named " + name);
        }
        var dtype = tensor.storage().dtype();
        if (!dtype.isFloat()) {
            throw new InputException(path + ": " + Shown.quoted(name) + " is " + dtype + ", expected floating point");
        }
        check(name, tensor);
        try (var arena = Arena.ofConfined()) {
            var bytes = new ByteArrayOutputStream();
            copy(tensor, Channels.newChannel(bytes));
            var values = new float[bytes.size() / dtype.bytes()];
            if (values.length > 0) {
                var memory = arena.allocate(bytes.size(), Long.BYTES);
                MemorySegment.copy(bytes.toByteArray(), 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.size());
                var row = Matrix.of(name, dtype, 1, values.length, memory, 1);
                for (int i = 0; i < values.length; i++) {
                    values[i] = row.get(0, i);
                }
            }
            return values;
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    /** Names of entries that are no tensors, which are left out. */
    public List<String> others() {
        return List.copyOf(others);
    }

    /** Writes the tensors, as they are, to a safetensors file that appears whole or not at all. */
    public void writeTo(Path file) {
        var writer = new SafetensorsWriter().metadata("format", "pt");
        tensors.forEach((name, tensor) -> {
            var shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            check(name, tensor);
            writer.add(name, tensor.storage().dtype(), shape, channel -> copy(tensor, channel));
        });
        writer.write(file);
    }

    private void check(String name, StoredTensor tensor) {
        long last = tensor.offset();
        long elements = 1;
        for (int i = 0; i < tensor.shape().size(); i++) {
            long size = tensor.shape().get(i);
            long stride = i < tensor.strides().size() ? tensor.strides().get(i) : -1;
            if (size < 0 || stride < 0) {
                throw new InputException(path + ": " + Shown.quoted(name) + " has no sizes that a tensor has");
            }
            elements = Math.multiplyExact(elements, size);
            last = Math.addExact(last, Math.multiplyExact(stride, Math.max(0, size - 1)));
        }
        long bytes = storages.bytes(tensor.storage());
        int width = tensor.storage().dtype().bytes();
        if (bytes < 0 || tensor.offset() < 0 || elements > 0 && (last + 1) * width > bytes) {
            throw new InputException(
                    path + ": the storage of " + Shown.quoted(name) + " is missing or too short; download it again");
        }
    }

    private void copy(StoredTensor tensor, WritableByteChannel channel) throws IOException {
        long elements = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
        int width = tensor.storage().dtype().bytes();
        try (InputStream in = storages.open(tensor.storage())) {
            if (contiguous(tensor)) {
                in.skipNBytes(tensor.offset() * width);
                var buffer = new byte[1 << 20];
                var out = Channels.newOutputStream(channel);
                for (long left = elements * width; left > 0; ) {
                    int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                    if (read == 0) {
                        throw new IOException("the archive ends within a tensor");
                    }
                    out.write(buffer, 0, read);
                    left -= read;
                }
            } else {
                var all = in.readAllBytes();
                var out = ByteBuffer.allocate(Math.toIntExact(elements * width));
                for (long i = 0; i < elements; i++) {
                    out.put(all, Math.toIntExact(place(tensor, i) * width), width);
                }
                out.flip();
                while (out.hasRemaining()) {
                    channel.write(out);
                }
            }
        }
    }

    private static boolean contiguous(StoredTensor tensor) {
        long expected = 1;
        for (int i = tensor.shape().size() - 1; i >= 0; i--) {
            if (tensor.shape().get(i) > 1 && tensor.strides().get(i) != expected) {
                return false;
            }
            expected *= tensor.shape().get(i);
        }
        return true;
    }

    /** Where element {@code index}, counted row-major, stands in the storage. */
    private static long place(StoredTensor tensor, long index) {
        long place = tensor.offset();
        long rest = index;
        for (int i = tensor.shape().size() - 1; i >= 0; i--) {
            place += rest % tensor.shape().get(i) * tensor.strides().get(i);
            rest /= tensor.shape().get(i);
        }
        return place;
    }

    @Override
    public void close() {
        try {
            storages.close();
        } catch (IOException e) {
            throw new InputException(path + ": cannot be closed: " + Shown.reason(e), e);
        }
    }
}
