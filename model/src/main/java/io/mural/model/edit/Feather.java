package io.mural.model.edit;

import io.mural.model.image.GrayImage;
import io.mural.model.image.RgbImage;

/**
 * Lays a painted picture over another so that no edge shows: from the mask's border inwards the painted one fades in over
 * {@code radius} pixels. Outside the mask not a bit changes. Gray of the mask mixes as much.
 */
public final class Feather {
    private Feather() {}

    /**
     * @param under what is kept
     * @param over what was painted, of the same size
     * @param mask of the same size; beyond its border it is taken to go on
     */
    public static RgbImage lay(RgbImage under, RgbImage over, GrayImage mask, int radius) {
        var part = alpha(mask, radius);
        var rgb = under.rgb().clone();
        for (int i = 0; i < part.length; i++) {
            for (int c = 3 * i; c < 3 * i + 3 && part[i] > 0; c++) {
                float mixed = (rgb[c] & 0xff) * (1 - part[i]) + (over.rgb()[c] & 0xff) * part[i];
                rgb[c] = (byte) Math.round(mixed);
            }
        }
        return new RgbImage(under.width(), under.height(), rgb);
    }

    /** Means of how much shows, over squares of {@code side} pixels, in raster order. */
    public static float[] cells(GrayImage mask, int radius, int side) {
        return LatentMask.means(alpha(mask, radius), mask.width(), side);
    }

    /** How much of the painted picture shows at each pixel, 0 to 1. */
    static float[] alpha(GrayImage mask, int radius) {
        int width = mask.width();
        int height = mask.height();
        var part = new float[width * height];
        for (int i = 0; i < part.length; i++) {
            part[i] = mask.values()[i] == 0 ? 0 : 1;
        }
        if (radius > 0) {
            // The mean over a square is a half at a straight border, and 1 from the radius inwards on.
            var wide = new float[part.length];
            for (int y = 0; y < height; y++) {
                means(part, wide, y * width, 1, width, radius);
            }
            for (int x = 0; x < width; x++) {
                means(wide, part, x, width, height, radius);
            }
            for (int i = 0; i < part.length; i++) {
                part[i] = Math.clamp(2 * part[i] - 1, 0f, 1f);
            }
        }
        for (int i = 0; i < part.length; i++) {
            part[i] *= (mask.values()[i] & 0xff) / 255f;
        }
        return part;
    }

    /** Means of a row or column, with its ends repeated. */
    private static void means(float[] in, float[] out, int first, int step, int count, int radius) {
        double sum = 0;
        for (int i = -radius; i <= radius; i++) {
            sum += in[first + Math.clamp(i, 0, count - 1) * step];
        }
        for (int i = 0; i < count; i++) {
            out[first + i * step] = (float) (sum / (2 * radius + 1));
            sum += in[first + Math.min(i + radius + 1, count - 1) * step] - in[first + Math.max(i - radius, 0) * step];
        }
    }
}
