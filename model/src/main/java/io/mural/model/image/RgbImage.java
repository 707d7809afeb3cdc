package io.mural.model.image;

import io.mural.tensor.InputException;

/**
 * A picture of 8 bits a channel.
 *
 * @param rgb height x width x 3 bytes, row by row
 */
public record RgbImage(int width, int height, byte[] rgb) {
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException(
                    rgb.length + " bytes for a picture of " + width + " x " + height + " pixels");
        }
    }

    /**
     * From values in [-1, 1], height x width x 3; beyond they are cut off, between they round half to even. {@link
     * InputException} where one is no number.
     */
    public static RgbImage of(float[] values, int width, int height) {
        var rgb = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            rgb[i] = (byte) (int) Math.rint(unit(values[i]) * 255);
        }
        return new RgbImage(width, height, rgb);
    }

    /** As {@link #of}, samples of 16 bits, the upper byte first, as PNG has them. */
    static byte[] deep(float[] values) {
        var samples = new byte[Math.multiplyExact(values.length, 2)];
        for (int i = 0; i < values.length; i++) {
            int sample = (int) Math.rint(unit(values[i]) * 65535);
            samples[2 * i] = (byte) (sample >> 8);
            samples[2 * i + 1] = (byte) sample;
        }
        return samples;
    }

    private static float unit(float value) {
        if (Float.isNaN(value)) {
            throw new InputException("the decoded picture holds values that are no numbers: the autoencoder's weights"
                    + " are damaged; mural inspect `check` looks at them");
        }
        return Math.clamp(value / 2 + 0.5f, 0f, 1f);
    }

    /** The values in [-1, 1], height x width x 3. */
    public float[] toFloats() {
        return toFloats(0, height, new float[0]);
    }

    /**
     * The values of the rows {@code from} (inclusive) to {@code to} (exclusive) in [-1, 1].
     *
     * @param before an array to use again where it has the size
     */
    public float[] toFloats(int from, int to, float[] before) {
        int first = from * width * 3;
        int count = to * width * 3 - first;
        var values = before.length == count ? before : new float[count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (rgb[first + i] & 0xff) / 255f * 2 - 1;
        }
        return values;
    }

    /** Peak signal-to-noise ratio against a picture of the same size, in dB; infinite when they are equal. */
    public double psnr(RgbImage other) {
        if (width != other.width || height != other.height) {
            throw new IllegalArgumentException(
                    "pictures of " + width + " x " + height + " and " + other.width + " x " + other.height + " pixels");
        }
        double squares = 0;
        for (int i = 0; i < rgb.length; i++) {
            double difference = (rgb[i] & 0xff) - (other.rgb[i] & 0xff);
            squares += difference * difference;
        }
        return 10 * Math.log10(255 * 255 / (squares / rgb.length));
    }
}
