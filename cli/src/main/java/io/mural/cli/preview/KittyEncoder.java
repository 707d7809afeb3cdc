package io.mural.cli.preview;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Map;

/** Kitty's terminal graphics protocol: a PNG file in Base64, in escape sequences of at most 4096 characters. */
final class KittyEncoder {
    private static final int CHUNK = 4096;
    private static final String BEGIN = "\u001b_G";
    private static final String END = "\u001b\\";

    private KittyEncoder() {}

    static String encoded(RgbImage image) {
        var png = new ByteArrayOutputStream();
        PngFile.write(png, image.width(), image.height(), Map.of(), sink -> sink.rows(image));
        var data = Base64.getEncoder().encodeToString(png.toByteArray());
        var text = new StringBuilder();
        for (int from = 0; from < data.length(); from += CHUNK) {
            int to = Math.min(data.length(), from + CHUNK);
            // a=T: shown at once; f=100: PNG; q=2: the terminal answers nothing, which nobody would read
            text.append(BEGIN)
                    .append(from == 0 ? "a=T,f=100,q=2," : "")
                    .append(to < data.length() ? "m=1;" : "m=0;")
                    .append(data, from, to)
                    .append(END);
        }
        return text.toString();
    }
}
