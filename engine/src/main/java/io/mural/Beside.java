package io.mural;

import io.mural.model.family.PictureModel;
import io.mural.model.request.LoraFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The model once more, for what is asked of it while a picture is made: a model is not for several threads. Its files are
 * mapped, so it takes no memory to speak of; it is opened when first needed.
 */
final class Beside implements AutoCloseable {
    private final Path model;
    private final Optional<Path> base;
    private final List<LoraFile> loras;
    private PictureModel opened; // null until it is needed

    /** @param loras those that are merged are left out: a plan is the same without them, and copies take memory */
    Beside(Path model, Optional<Path> base, List<LoraFile> loras) {
        this.model = model;
        this.base = base;
        this.loras = loras.stream()
                .filter(lora -> lora.mode() != LoraFile.Mode.MERGE)
                .toList();
    }

    synchronized <T> T use(Function<PictureModel, T> work) {
        if (opened == null) {
            opened = PictureModel.open(model, base, loras);
        }
        return work.apply(opened);
    }

    @Override
    public synchronized void close() {
        if (opened != null) {
            opened.close();
            opened = null;
        }
    }
}
