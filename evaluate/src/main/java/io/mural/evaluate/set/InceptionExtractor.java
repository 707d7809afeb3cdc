package io.mural.evaluate.set;

import io.mural.evaluate.network.Inception;
import io.mural.evaluate.pixels.InceptionPixels;
import io.mural.evaluate.pixels.Resizer;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Inception's features of a picture, or of its square patches, which lie side by side from the top left without overlap;
 * what is left at the right and at the bottom belongs to none.
 *
 * @param patch side of a patch in pixels; 0 for the whole picture
 * @param most how many patches of a picture count; of more, as many evenly spread
 */
record InceptionExtractor(Inception network, String weights, Resizer resizer, int patch, int most)
        implements Extractor {
    @Override
    public String name() {
        var cut = most == Integer.MAX_VALUE ? "" : "-most-" + most;
        return patch == 0 ? "inception" : "inception-patch-" + patch + cut;
    }

    @Override
    public String key() {
        return name() + " " + resizer.word() + " " + weights;
    }

    @Override
    public int columns() {
        return network.features();
    }

    @Override
    public Pass begin(int width, int height) {
        if (patch == 0) {
            return new Patches(
                    List.of(Optional.of(new InceptionPixels(resizer, width, height))), 1, height, 0, network);
        }
        int across = width / patch;
        int down = height / patch;
        if (across == 0 || down == 0) {
            throw new InputException("a picture of " + width + " x " + height + " pixels has no patch of " + patch
                    + "; take smaller patches");
        }
        var all = new ArrayList<Optional<InceptionPixels>>(Collections.nCopies(across * down, Optional.empty()));
        int taken = Math.min(most, all.size());
        for (int i = 0; i < taken; i++) {
            all.set((int) ((long) i * all.size() / taken), Optional.of(new InceptionPixels(resizer, patch, patch)));
        }
        return new Patches(all, across, patch, patch * 3, network);
    }

    /** Rows to the patches they cross. */
    private static final class Patches implements Pass {
        private final List<Optional<InceptionPixels>> patches;
        private final int across;
        private final int height;
        private final int bytes;
        private final Inception network;
        private int row;

        Patches(List<Optional<InceptionPixels>> patches, int across, int height, int bytes, Inception network) {
            this.patches = patches;
            this.across = across;
            this.height = height;
            this.bytes = bytes;
            this.network = network;
        }

        @Override
        public void row(byte[] rgb, int offset) {
            int first = row / height * across;
            for (int i = 0; i < across && first + i < patches.size(); i++) {
                int at = offset + i * bytes;
                patches.get(first + i).ifPresent(patch -> patch.row(rgb, at));
            }
            row++;
        }

        @Override
        public float[] finish(Ops ops) {
            var taken = patches.stream().flatMap(Optional::stream).toList();
            int columns = network.features();
            var values = new float[taken.size() * columns];
            for (int i = 0; i < taken.size(); i++) {
                System.arraycopy(network.features(ops, taken.get(i).values()), 0, values, i * columns, columns);
            }
            return values;
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
