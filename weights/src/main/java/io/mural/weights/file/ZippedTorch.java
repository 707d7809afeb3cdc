package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.weights.file.PickledData.Storage;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What torch writes since 1.6: a zip of storages with a pickle that describes the tensors over them. */
final class ZippedTorch implements TorchStorages {
    private static final int MOST_PICKLE = 256 << 20;

    private final Path path;
    private final ZipFile zip;

    ZippedTorch(Path path) throws IOException {
        this.path = path;
        zip = new ZipFile(path.toFile());
    }

    @Override
    public Object described() throws IOException {
        var pickle = zip.getEntry(root() + "data.pkl");
        var order = zip.getEntry(root() + "byteorder");
        if (order != null
                && !new String(read(order, 16), StandardCharsets.US_ASCII)
                        .strip()
                        .equals("little")) {
            throw new InputException(path + ": its numbers are not little-endian, which is not supported");
        }
        return new PickledData(path.toString(), read(pickle, MOST_PICKLE)).read();
    }

    /** The folder that all entries are in. */
    private String root() {
        return zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith("/data.pkl"))
                .findFirst()
                .map(name -> name.substring(0, name.length() - "data.pkl".length()))
                .orElseThrow(() -> new InputException(path + ": holds no data.pkl, so it is no file of torch's"));
    }

    private byte[] read(ZipEntry entry, int most) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            var bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new InputException(
                        path + ": " + Shown.text(entry.getName()) + " is larger than " + most + " bytes");
            }
            return bytes;
        }
    }

    @Override
    public long bytes(Storage storage) {
        var entry = zip.getEntry(root() + "data/" + storage.key());
        return entry == null ? -1 : entry.getSize();
    }

    @Override
    public InputStream open(Storage storage) throws IOException {
        return zip.getInputStream(zip.getEntry(root() + "data/" + storage.key()));
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
