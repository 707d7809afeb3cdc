package io.mural.tornado;

import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tornado.device.LibraryUse;
import io.mural.tornado.device.Storage;
import java.util.Optional;

/** The emulator as a GPU stores weights; by itself it stores them as processors do. */
public final class ShortFormats {
    private ShortFormats() {}

    /** Whether GPUs store weights in this format. */
    public static boolean has(DType dtype) {
        return dtype == DType.F16 || dtype == DType.BF16;
    }

    public static Ops open(DType dtype, Workspace workspace) {
        return Pictures.open(Storage.valueOf(dtype.name()), new LibraryUse.None(Optional.empty()), workspace);
    }
}
