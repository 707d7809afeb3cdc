package io.mural.model.edit;

import io.mural.tensor.InputException;
import java.util.Arrays;
import java.util.regex.Pattern;

/** How many pixels a picture grows on each side. */
public record Margins(int left, int top, int right, int bottom) {
    public static final Margins NONE = new Margins(0, 0, 0, 0);

    private static final int MOST = 1 << 15;
    private static final Pattern SIDE = Pattern.compile("(left|right|top|bottom|all)=(\\d{1,6})");

    public Margins {
        for (int side : new int[] {left, top, right, bottom}) {
            if (side < 0 || side > MOST) {
                throw InputException.about(
                        "extend", "`extend` by " + side + " pixels: choose 0 to " + MOST + " on a side");
            }
        }
    }

    /** Written as {@code left=512,top=64}; {@code all=64} is every side. */
    public static Margins of(String text) {
        int[] sides = new int[4];
        for (var part : text.strip().split(",")) {
            var match = SIDE.matcher(part.strip());
            if (!match.matches()) {
                throw InputException.about(
                        "extend", "`extend` " + text + ": write sides and pixels, such as left=512,top=64 or all=128");
            }
            int pixels = Integer.parseInt(match.group(2));
            switch (match.group(1)) {
                case "left" -> sides[0] = pixels;
                case "top" -> sides[1] = pixels;
                case "right" -> sides[2] = pixels;
                case "bottom" -> sides[3] = pixels;
                default -> Arrays.fill(sides, pixels);
            }
        }
        var margins = new Margins(sides[0], sides[1], sides[2], sides[3]);
        if (margins.equals(NONE)) {
            throw InputException.about("extend", "`extend` " + text + " adds nothing; choose a side to grow");
        }
        return margins;
    }

    /** As {@link #of} reads it. */
    @Override
    public String toString() {
        return "left=" + left + ",top=" + top + ",right=" + right + ",bottom=" + bottom;
    }
}
