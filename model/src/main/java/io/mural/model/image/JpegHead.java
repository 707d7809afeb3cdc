package io.mural.model.image;

import io.mural.tensor.InputException;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** What the segments of a JPEG file say of its picture: the orientation, and whether the colours are ours. */
final class JpegHead {
    private static final int COMPONENTS_AT = 5;

    private final DataInputStream in;

    JpegHead(DataInputStream in) {
        this.in = in;
    }

    /**
     * The orientation.
     *
     * @throws InputException when the picture has other colours than gray or RGB
     */
    int read(Path file) throws IOException {
        int orientation = Orientation.UPRIGHT;
        var segments = new JpegSegments(in);
        while (segments.next()) {
            if (segments.marker() == JpegSegments.APP1 && orientation == Orientation.UPRIGHT) {
                orientation = orientation(segments.bytes());
            } else if (isFrame(segments.marker()) && segments.length() > COMPONENTS_AT) {
                var frame = segments.bytes();
                requireColours(file, frame.length > COMPONENTS_AT ? frame[COMPONENTS_AT] : 0);
            } else {
                segments.skip();
            }
        }
        return orientation;
    }

    /** SOF0 to SOF15, without the tables DHT, JPG and DAC that have their numbers among them. */
    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static void requireColours(Path file, int components) {
        if (components == 4) {
            throw new InputException(file + " is a CMYK picture, whose colours are of a printer; convert it to RGB");
        }
        if (components != 1 && components != 3) {
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
