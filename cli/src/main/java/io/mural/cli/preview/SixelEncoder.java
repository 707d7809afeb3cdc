package io.mural.cli.preview;

import io.mural.model.image.RgbImage;

/**
 * DEC's sixels (VT330/VT340 Programmer Reference, chapter 14): bands of six rows, each drawn once for every colour in it.
 * The colours are a cube of 6 x 6 x 6.
 */
final class SixelEncoder {
    private static final int SIDE = 6;
    private static final int COLOURS = SIDE * SIDE * SIDE;
    private static final int BAND = 6;
    private static final int PERCENT = 100;
    /** Shorter runs are written out. */
    private static final int SHORTEST_RUN = 4;

    private SixelEncoder() {}

    static String encoded(RgbImage image) {
        var text = new StringBuilder("\u001bP0;1q\"1;1;" + image.width() + ";" + image.height());
        for (int colour = 0; colour < COLOURS; colour++) {
            text.append('#').append(colour).append(";2");
            for (int part : new int[] {colour / (SIDE * SIDE), colour / SIDE % SIDE, colour % SIDE}) {
                text.append(';').append(part * PERCENT / (SIDE - 1));
            }
        }
        for (int top = 0; top < image.height(); top += BAND) {
            band(image, top, text);
            text.append('-');
        }
        return text.append("\u001b\\").toString();
    }

    private static void band(RgbImage image, int top, StringBuilder text) {
        var bits = new byte[COLOURS][];
        for (int y = top; y < Math.min(image.height(), top + BAND); y++) {
            for (int x = 0; x < image.width(); x++) {
                int colour = colour(image, x, y);
                if (bits[colour] == null) {
                    bits[colour] = new byte[image.width()];
                }
                bits[colour][x] |= (byte) (1 << (y - top));
            }
        }
        boolean first = true;
        for (int colour = 0; colour < COLOURS; colour++) {
            if (bits[colour] != null) {
                text.append(first ? "#" : "$#").append(colour);
                runs(bits[colour], text);
                first = false;
            }
        }
    }

    private static void runs(byte[] bits, StringBuilder text) {
        for (int from = 0; from < bits.length; ) {
            int to = from + 1;
            while (to < bits.length && bits[to] == bits[from]) {
                to++;
            }
            var sixel = String.valueOf((char) ('?' + bits[from]));
            int length = to - from;
            text.append(length < SHORTEST_RUN ? sixel.repeat(length) : "!" + length + sixel);
            from = to;
        }
    }

    private static int colour(RgbImage image, int x, int y) {
        int colour = 0;
        for (int channel = 0; channel < 3; channel++) {
            int value = image.rgb()[(y * image.width() + x) * 3 + channel] & 0xff;
            colour = colour * SIDE + (value * (SIDE - 1) + 127) / 255;
        }
        return colour;
    }
}
