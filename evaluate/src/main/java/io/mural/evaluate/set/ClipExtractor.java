package io.mural.evaluate.set;

import io.mural.evaluate.network.Clip;
import io.mural.evaluate.pixels.ClipPixels;
import io.mural.tensor.Ops;

/** CLIP's embedding of a picture. */
record ClipExtractor(Clip network, String weights, int columns) implements Extractor {
    @Override
    public String name() {
        return "clip";
    }

    @Override
    public String key() {
        return "clip " + network.imageSize() + " " + weights;
    }

    @Override
    public Pass begin(int width, int height) {
        var pixels = new ClipPixels(width, height, network.imageSize());
        return new Pass() {
            @Override
            public void row(byte[] rgb, int offset) {
                pixels.row(rgb, offset);
            }

            @Override
            public float[] finish(Ops ops) {
                return network.image(ops, pixels.values());
            }
        };
    }

    @Override
    public void close() {
        network.close();
    }
}
