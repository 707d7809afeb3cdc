package io.mural.model.image;

import io.mural.tensor.InputException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The segments of a JPEG file before its pixels (ITU T.81, appendix B). */
final class JpegHead {
    private static final int MARKER = 0xff;
    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int APP1 = 0xe1;
    private static final int COMPONENTS_AT = 5;
    private static final String EXIF = "Exif\0\0";

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
        in.skipNBytes(2);
        for (int marker = marker(); marker != START_OF_SCAN && marker != END_OF_IMAGE; marker = marker()) {
            int length = in.readUnsignedShort() - Short.BYTES;
            if (length < 0) {
                throw new EOFException("a segment has no length");
            }
            if (marker == APP1 && orientation == Orientation.UPRIGHT) {
                orientation = orientation(in.readNBytes(length));
            } else if (isFrame(marker) && length > COMPONENTS_AT) {
                var frame = in.readNBytes(length);
                requireColours(file, frame.length > COMPONENTS_AT ? frame[COMPONENTS_AT] : 0);
            } else {
                in.skipNBytes(length);
            }
        }
        return orientation;
    }

    /** A marker is 0xff, as often as liked, and its number. */
    private int marker() throws IOException {
        int read = in.readUnsignedByte();
        while (read != MARKER) {
            read = in.readUnsignedByte();
        }
        while (read == MARKER) {
            read = in.readUnsignedByte();
        }
        return read;
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
        boolean exif = new String(segment, StandardCharsets.ISO_8859_1).startsWith(EXIF);
        return exif ? Orientation.of(Arrays.copyOfRange(segment, EXIF.length(), segment.length)) : Orientation.UPRIGHT;
    }
}
