package io.mural.batch;

import io.mural.Mural;
import io.mural.batch.Catalog.Setup;

/** The model that is open on a device, until a picture needs another. */
final class OpenModel implements AutoCloseable {
    private final Studio studio;
    private final String device;
    private Setup open; // null where none is
    private Mural mural; // of open

    OpenModel(Studio studio, String device) {
        this.studio = studio;
        this.device = device;
    }

    String device() {
        return device;
    }

    Mural of(Setup setup) {
        if (!setup.equals(open)) {
            release();
            mural = studio.open(setup, device);
            open = setup;
        }
        return mural;
    }

    @Override
    public void close() {
        release();
    }

    /** Closes the model that is open; another may follow. */
    void release() {
        if (mural != null) {
            mural.close();
            mural = null;
            open = null;
        }
    }
}
