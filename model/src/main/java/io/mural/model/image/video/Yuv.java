package io.mural.model.image.video;

import io.mural.model.image.RgbImage;

/**
 * A frame as brightness and two differences of colour, in the limited range that video has: BT.601's weights, from 720
 * lines on BT.709's. The differences are means over 2x2 pixels.
 *
 * @param y [height x width], 16 to 235
 * @param cb [height / 2 x width / 2], 16 to 240
 * @param cr as cb
 */
record Yuv(int width, int height, byte[] y, byte[] cb, byte[] cr) {
    private static final int HIGH_DEFINITION = 720;

    static boolean isBt709(int height) {
        return height >= HIGH_DEFINITION;
    }

    /** Sides are even. */
    static Yuv of(RgbImage image) {
        int width = image.width();
        int height = image.height();
        double red = isBt709(height) ? 0.2126 : 0.299;
        double blue = isBt709(height) ? 0.0722 : 0.114;
        double green = 1 - red - blue;
        var y = new byte[width * height];
        var cb = new byte[width * height / 4];
        var cr = new byte[width * height / 4];
        for (int row = 0; row < height; row += 2) {
            for (int column = 0; column < width; column += 2) {
                double b = 0;
                double r = 0;
                for (int i = 0; i < 4; i++) {
                    int pixel = (row + i / 2) * width + column + i % 2;
                    double pr = (image.rgb()[3 * pixel] & 0xff) / 255.0;
                    double pg = (image.rgb()[3 * pixel + 1] & 0xff) / 255.0;
                    double pb = (image.rgb()[3 * pixel + 2] & 0xff) / 255.0;
                    double light = red * pr + green * pg + blue * pb;
                    y[pixel] = (byte) Math.round(16 + 219 * light);
                    b += (pb - light) / (1 - blue) / 2;
                    r += (pr - light) / (1 - red) / 2;
                }
                int place = row / 2 * (width / 2) + column / 2;
                cb[place] = (byte) Math.round(128 + 224 * b / 4);
                cr[place] = (byte) Math.round(128 + 224 * r / 4);
            }
        }
        return new Yuv(width, height, y, cb, cr);
    }
}
