package io.mural.cli.generate;

/**
 * Letters of 5 x 7 pixels for the labels of contact sheets: machines without a screen mostly have no fonts, and Java draws
 * no text without them.
 */
final class Glyphs {
    static final int WIDTH = 6;
    static final int HEIGHT = 7;
    private static final int COLUMNS = 5;

    /** Seven rows a character, a hexadecimal number of five bits each, the leftmost pixel first. */
    private static final String[] SHAPES = {
        " 00000000000000", "-0000001F000000", ".00000000000C0C", "+0004041F040400", "/01010204081010",
        "00E11131519110E", "1040C040404040E", "20E11010204081F", "31F02040201110E", "402060A121F0202",
        "51F101E0101110E", "60608101E11110E", "71F010204080808", "80E11110E11110E", "90E11110F01020C",
        "a00000E010F110F", "b10101619111E00", "c00000E1010110E", "d01010D13110D00", "e00000E111F100E",
        "f0609081C080808", "g000F110F01110E", "h10101619111111", "i04000C0404040E", "n00001619111111",
        "p00001E111E1010", "r00001619101010", "s00000F100E011E", "t08081C08080906", "u0000111111130D",
    };

    private Glyphs() {}

    /** Pixels of a text in a row. */
    static int width(String text, int scale) {
        return text.length() * WIDTH * scale;
    }

    /**
     * Draws a text.
     *
     * @param rgb of a picture {@code width} pixels wide
     * @param scale pixels of the picture for one of a letter
     */
    static void draw(String text, byte[] rgb, int width, int left, int top, int scale, byte ink) {
        for (int i = 0; i < text.length(); i++) {
            var shape = shape(text.charAt(i));
            for (int y = 0; y < HEIGHT * scale; y++) {
                int row = Integer.parseInt(shape, 1 + y / scale * 2, 3 + y / scale * 2, 16);
                for (int x = 0; x < COLUMNS * scale; x++) {
                    if ((row >> (COLUMNS - 1 - x / scale) & 1) == 1) {
                        int at = ((top + y) * width + left + i * WIDTH * scale + x) * 3;
                        rgb[at] = ink;
                        rgb[at + 1] = ink;
                        rgb[at + 2] = ink;
                    }
                }
            }
        }
    }

    private static String shape(char letter) {
        for (var shape : SHAPES) {
            if (shape.charAt(0) == letter) {
                return shape;
            }
        }
        throw new IllegalArgumentException("no label has the letter " + letter);
    }
}
