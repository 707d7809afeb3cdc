package io.mural;

import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.Memory;
import io.mural.engine.device.Speed;
import io.mural.engine.text.Figures;
import io.mural.model.family.PictureModel;
import io.mural.model.pipeline.Previews;
import java.util.function.Supplier;

/** Makes pictures that are alike in all but prompt and seed; planned when it is made. */
sealed interface Making permits WholeMaking, LevelsMaking, PaintMaking, RegionMaking {
    /**
     * What a making works with.
     *
     * @param memory bytes that activations and resident weights may take
     * @param heap bytes of Java's heap that pictures may take
     * @param previews of the model
     * @param speed the device's, measured when first asked for
     */
    record Means(
            PictureModel model,
            DeviceChoice device,
            long memory,
            long heap,
            Previews previews,
            Supplier<Speed> speed) {}

    /** The fitting one. */
    static Making of(Means means, Request request, Recipe recipe, Loaded inputs) {
        if (inputs.painting().isPresent()) {
            return recipe.hierarchy().isPresent()
                    ? new RegionMaking(means, request, recipe, inputs)
                    : new PaintMaking(means, request, recipe, inputs);
        }
        return recipe.hierarchy().isPresent()
                ? new LevelsMaking(means, request, recipe, inputs)
                : new WholeMaking(means, request, recipe, inputs);
    }

    Plan plan();

    /** Makes a picture and hands it to its sink. */
    Picture make(Recipe recipe, Loaded inputs, Sink sink, Events events);

    /** Refuses pictures that do not fit into memory, naming the largest square that would. */
    static void requireMemory(Recipe recipe, long needed, Means means, Supplier<Integer> fitting) {
        if (needed > means.memory()) {
            throw new TooLarge(
                    "a picture of " + recipe.width() + "x" + recipe.height() + " needs " + (needed >> 20)
                            + " MiB of memory but " + (means.memory() >> 20) + " MiB are free",
                    fitting.get(),
                    "");
        }
    }

    /** The option's MiB for a heap of so many bytes: one of the spaces of young objects does not count as heap. */
    private static long mostHeap(long bytes) {
        return Math.ceilDiv(bytes * 30 / 29, 1L << 20) + 1;
    }

    /** Refuses pictures whose parts on Java's heap do not fit, naming the largest square that would. */
    static void requireHeap(Recipe recipe, long bytesPerPixel, Means means) {
        long needed = bytesPerPixel * recipe.width() * recipe.height();
        if (needed > means.heap()) {
            int step = means.model().tokenPixels();
            int side = (int) Math.sqrt((double) means.heap() / bytesPerPixel) / step * step;
            throw new TooLarge(
                    "a picture of " + recipe.width() + "x" + recipe.height() + " needs " + Figures.bytes(needed)
                            + " of Java's heap memory beside the " + Figures.bytes(Memory.HEAP_RESERVE)
                            + " of mural itself, but the heap has "
                            + Figures.bytes(Runtime.getRuntime().maxMemory()),
                    side,
                    "start with java -Xmx" + mostHeap(needed + Memory.HEAP_RESERVE) + "m or more");
        }
    }
}
