package io.mural.weights.file;

import io.mural.weights.file.PickledData.Storage;
import java.io.IOException;
import java.io.InputStream;

/** A file of torch's taken apart: the object it describes, and the numbers that tensors lie over. */
interface TorchStorages extends AutoCloseable {
    /** The object that the file holds, tensors as {@link PickledData.StoredTensor}. */
    Object described() throws IOException;

    /** Bytes of a storage; -1 if it is not there. */
    long bytes(Storage storage);

    /** The bytes of a storage that is there, from its first on. */
    InputStream open(Storage storage) throws IOException;

    @Override
    void close() throws IOException;
}
