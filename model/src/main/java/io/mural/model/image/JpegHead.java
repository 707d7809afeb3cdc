package io.mural.model.image;

import io.mural.tensor.InputException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the segments of a JPEG file say of its picture.
 *
 * @param components 1 of gray, 3 of colours, 4 of a printer's
 * @param orientation as EXIF has it, 1 to 8
 * @param adobe how Adobe's segment says that colours are stored; -1 without one
 */
record JpegHead(int components, int orientation, int adobe) {
    /** Components of pictures for printers. */
    static final int CMYK = 4;

    /** Of {@link #adobe}: the colours are luma and chroma, and a fourth component as it is. */
    static final int YCCK = 2;

    private static final int COMPONENTS_AT = 5;
    private static final int APP14 = 0xee;
    private static final String ADOBE = "Adobe";
    private static final int TRANSFORM_AT = 11;

    static JpegHead of(Path file) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            return read(file, in);
        }
    }

    /** @throws InputException when the picture has other colours than gray, RGB or CMYK */
    private static JpegHead read(Path file, DataInputStream in) throws IOException {
        int orientation = Orientation.UPRIGHT;
        int components = 0;
        int adobe = -1;
        var segments = new JpegSegments(in);
        while (segments.next()) {
            if (segments.marker() == JpegSegments.APP1 && orientation == Orientation.UPRIGHT) {
                orientation = orientation(segments.bytes());
            } else if (isFrame(segments.marker()) && segments.length() > COMPONENTS_AT) {
                var frame = segments.bytes();
                components = frame.length > COMPONENTS_AT ? frame[COMPONENTS_AT] : 0;
                requireColours(file, components);
            } else if (segments.marker() == APP14) {
                adobe = transform(segments.bytes(), adobe);
            } else {
                segments.skip();
            }
        }
        return new JpegHead(components, orientation, adobe);
    }

    private static int transform(byte[] segment, int otherwise) {
        boolean named = new String(segment, StandardCharsets.ISO_8859_1).startsWith(ADOBE);
        return named && segment.length > TRANSFORM_AT ? segment[TRANSFORM_AT] : otherwise;
    }

    /** SOF0 to SOF15, without the tables DHT, JPG and DAC that have their numbers among them. */
    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static void requireColours(Path file, int components) {
        if (components != 1 && components != 3 && components != CMYK) {
            throw new InputException(file + " is a JPEG file of " + components + " components; convert it to RGB");
        }
    }

    private static int orientation(byte[] segment) {
        boolean exif = new String(segment, StandardCharsets.ISO_8859_1).startsWith(JpegSegments.EXIF);
        return exif
                ? Orientation.of(Arrays.copyOfRange(segment, JpegSegments.EXIF.length(), segment.length))
                : Orientation.UPRIGHT;
    }
}
