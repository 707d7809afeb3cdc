package io.mural.evaluate.pixels;

import io.mural.model.image.RgbImage;

/** A picture as CLIP takes it: shrunk or grown to a square's side, its centre cut out, normalised by channel. */
public final class ClipPixels implements RowSink {
    private static final float[] MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    private static final float[] DEVIATION = {0.26862954f, 0.26130258f, 0.27577711f};

    private final ByteResize resize;
    private final int side;

    /** @param side of the square, such as 224 */
    public ClipPixels(int width, int height, int side) {
        this.side = side;
        int shorter = Math.min(width, height);
        resize = new ByteResize(
                width, height, (int) ((long) side * width / shorter), (int) ((long) side * height / shorter));
    }

    @Override
    public void row(byte[] rgb, int offset) {
        resize.row(rgb, offset);
    }

    /** The normalised square, side x side x 3. All rows must have been given. */
    public float[] values() {
        var image = resize.image();
        int left = (image.width() - side) / 2;
        int top = (image.height() - side) / 2;
        var square = new byte[side * side * 3];
        for (int y = 0; y < side; y++) {
            System.arraycopy(image.rgb(), ((top + y) * image.width() + left) * 3, square, y * side * 3, side * 3);
        }
        return normalised(new RgbImage(side, side, square));
    }

    /** {@code (x / 255 - mean) / deviation} of each channel, height x width x 3. */
    public static float[] normalised(RgbImage image) {
        var values = new float[image.rgb().length];
        normalise(image.rgb(), 0, values);
        return values;
    }

    /** As {@link #normalised}, of as many bytes as {@code values} has places. */
    public static void normalise(byte[] rgb, int offset, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = ((rgb[offset + i] & 0xff) / 255f - MEAN[i % 3]) / DEVIATION[i % 3];
        }
    }
}
