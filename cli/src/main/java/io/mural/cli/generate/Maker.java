package io.mural.cli.generate;

import io.mural.cli.console.Figures;
import io.mural.cli.device.Memory;
import io.mural.model.request.GenerationRequest;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.Map;

/** Makes the pictures of a batch, which are alike in all but prompt and seed; planned when it is made. */
interface Maker {
    /** The most that a picture takes beside the weights. */
    long peakBytes();

    /** What the work will take beside that. */
    Forecast forecast();

    /** How the autoencoder sees a picture. */
    VaeExtent vae();

    /**
     * Makes a picture and writes it.
     *
     * @param texts what stands beside the picture in its file
     */
    void make(Recipe recipe, Path place, Map<String, String> texts);

    /** Refuses pictures whose parts on Java's heap do not fit, naming the largest square that would. */
    static void requireHeap(Recipe recipe, long bytesPerPixel) {
        long heap = Memory.heap();
        long needed = bytesPerPixel * recipe.width() * recipe.height();
        if (needed > heap) {
            int step = GenerationRequest.TOKEN_PIXELS;
            int side = (int) Math.sqrt((double) heap / bytesPerPixel) / step * step;
            throw new InputException("a picture of " + recipe.width() + "x" + recipe.height() + " needs "
                    + Figures.bytes(needed) + " of Java's heap memory but it has " + Figures.bytes(heap) + "; --size "
                    + side + "x" + side + " would fit, or give it more by MURAL_JAVA_OPTS=-Xmx"
                    + (needed + (1L << 30) >> 30) + "g");
        }
    }
}
