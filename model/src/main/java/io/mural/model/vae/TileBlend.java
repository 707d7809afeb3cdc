package io.mural.model.vae;

/**
 * Cross-fading of neighbouring tiles, as other tools do it (diffusers' {@code blend_v} and {@code blend_h}): over the
 * overlap the weight moves linearly from the earlier tile to the later one.
 */
final class TileBlend {
    private TileBlend() {}

    /** A tile of {@code channels} interleaved values a pixel. */
    record Tile(int height, int width, int channels, float[] values) {
        int index(int y, int x) {
            return (y * width + x) * channels;
        }
    }

    /** Fades the last rows of {@code above} into the first rows of {@code below}, in place. */
    static void vertical(Tile above, Tile below, int overlap) {
        int extent = Math.min(overlap, Math.min(above.height(), below.height()));
        int count = Math.min(above.width(), below.width()) * below.channels();
        for (int y = 0; y < extent; y++) {
            fade(
                    above,
                    above.index(above.height() - extent + y, 0),
                    below,
                    below.index(y, 0),
                    count,
                    (float) y / extent);
        }
    }

    /** Fades the last columns of {@code left} into the first columns of {@code right}, in place. */
    static void horizontal(Tile left, Tile right, int overlap) {
        int extent = Math.min(overlap, Math.min(left.width(), right.width()));
        int rows = Math.min(left.height(), right.height());
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < extent; x++) {
                fade(
                        left,
                        left.index(y, left.width() - extent + x),
                        right,
                        right.index(y, x),
                        right.channels(),
                        (float) x / extent);
            }
        }
    }

    private static void fade(Tile from, int fromIndex, Tile to, int toIndex, int count, float weight) {
        for (int i = 0; i < count; i++) {
            float value = from.values()[fromIndex + i] * (1 - weight) + to.values()[toIndex + i] * weight;
            to.values()[toIndex + i] = value;
        }
    }
}
