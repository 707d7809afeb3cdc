package io.mural.evaluate.set;

import io.mural.evaluate.network.ClipResNet;
import io.mural.evaluate.pixels.ByteResize;
import io.mural.evaluate.pixels.ClipPixels;
import io.mural.tensor.Ops;

/**
 * The embedding that CLIP-IQA judges: of the picture's own pixels, or of the picture made smaller.
 *
 * @param size its shorter side in pixels; 0 for the picture's own
 */
record QualityExtractor(ClipResNet network, String weights, int size) implements Extractor {
    @Override
    public String name() {
        return size == 0 ? "clip-iqa" : "clip-iqa-" + size;
    }

    @Override
    public String key() {
        return name() + " " + weights;
    }

    @Override
    public int columns() {
        return network.width();
    }

    @Override
    public Pass begin(int width, int height) {
        int shorter = Math.min(width, height);
        return size == 0 || size == shorter ? new Own(width, height) : new Resized(width, height, shorter);
    }

    /** Every pixel, normalised as it comes. */
    private final class Own implements Pass {
        private final int width;
        private final int height;
        private final float[] pixels;
        private final float[] line;
        private int row;

        Own(int width, int height) {
            this.width = width;
            this.height = height;
            pixels = new float[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
            line = new float[width * 3];
        }

        @Override
        public void row(byte[] rgb, int offset) {
            ClipPixels.normalise(rgb, offset, line);
            System.arraycopy(line, 0, pixels, row * line.length, line.length);
            row++;
        }

        @Override
        public float[] finish(Ops ops) {
            return network.embedding(ops, pixels, height, width, false);
        }
    }

    private final class Resized implements Pass {
        private final ByteResize resize;

        Resized(int width, int height, int shorter) {
            resize = new ByteResize(
                    width, height, (int) ((long) size * width / shorter), (int) ((long) size * height / shorter));
        }

        @Override
        public void row(byte[] rgb, int offset) {
            resize.row(rgb, offset);
        }

        @Override
        public float[] finish(Ops ops) {
            var image = resize.image();
            return network.embedding(ops, ClipPixels.normalised(image), image.height(), image.width(), false);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
