package io.mural.cli.preview;

import io.mural.model.image.RgbImage;

/** Two rows of pixels as a line of upper half blocks: the upper is the ink, the lower the paper. */
final class HalfBlocks {
    private static final String RESET = "\u001b[0m";

    private HalfBlocks() {}

    static String encoded(RgbImage image) {
        var text = new StringBuilder();
        for (int y = 0; y < image.height(); y += 2) {
            text.append(y == 0 ? "" : System.lineSeparator());
            for (int x = 0; x < image.width(); x++) {
                text.append("\u001b[38;2;").append(colour(image, x, y)).append('m');
                if (y + 1 < image.height()) {
                    text.append("\u001b[48;2;").append(colour(image, x, y + 1)).append('m');
                }
                text.append('\u2580');
            }
            text.append(RESET);
        }
        return text.toString();
    }

    private static String colour(RgbImage image, int x, int y) {
        int at = (y * image.width() + x) * 3;
        var rgb = image.rgb();
        return (rgb[at] & 0xff) + ";" + (rgb[at + 1] & 0xff) + ";" + (rgb[at + 2] & 0xff);
    }
}
