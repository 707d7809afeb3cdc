package io.mural.evaluate.pixels;

import io.mural.model.image.RgbImage;

/** A picture, or a square patch of one, as Inception takes it: 299 x 299 values of about -1 to 1. */
public final class InceptionPixels implements RowSink {
    public static final int SIDE = 299;

    private final Resizer resizer;
    private final FloatResize resize;

    public InceptionPixels(Resizer resizer, int width, int height) {
        this.resizer = resizer;
        resize = new FloatResize(resizer, width, height, SIDE, SIDE);
    }

    /** The values of a picture that is in memory, {@link #SIDE} x {@link #SIDE} x 3. */
    public static float[] of(Resizer resizer, RgbImage image) {
        var pixels = new InceptionPixels(resizer, image.width(), image.height());
        for (int y = 0; y < image.height(); y++) {
            pixels.row(image.rgb(), y * image.width() * 3);
        }
        return pixels.values();
    }

    @Override
    public void row(byte[] rgb, int offset) {
        resize.row(rgb, offset);
    }

    /** The values, {@link #SIDE} x {@link #SIDE} x 3. All rows must have been given. */
    public float[] values() {
        var values = resize.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = resizer.scaled(values[i]);
        }
        return values;
    }
}
