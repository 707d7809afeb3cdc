package io.mural.model.image;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;

/** The segments of a JPEG file before its pixels, one after the other (ITU T.81, appendix B). */
final class JpegSegments {
    /** The marker of EXIF and XMP. */
    static final int APP1 = 0xe1;

    /** How the segment of EXIF begins. */
    static final String EXIF = "Exif\0\0";

    /** What begins every marker. */
    static final int MARKER = 0xff;

    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;

    private final DataInputStream in;
    private int marker;
    private int length;

    /** @param in the file from its first byte */
    JpegSegments(DataInputStream in) throws IOException {
        this.in = in;
        in.skipNBytes(2);
    }

    /** Goes to the next segment, the one before having been read or skipped; false where the pixels begin. */
    boolean next() throws IOException {
        marker = nextMarker();
        if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
            return false;
        }
        length = in.readUnsignedShort() - Short.BYTES;
        if (length < 0) {
            throw new EOFException("a segment has no length");
        }
        return true;
    }

    /** A marker is 0xff, as often as liked, and its number. */
    private int nextMarker() throws IOException {
        int read = in.readUnsignedByte();
        while (read != MARKER) {
            read = in.readUnsignedByte();
        }
        while (read == MARKER) {
            read = in.readUnsignedByte();
        }
        return read;
    }

    int marker() {
        return marker;
    }

    /** Bytes of the segment, without marker and length. */
    int length() {
        return length;
    }

    /** The segment's bytes, fewer where the file ends within it. */
    byte[] bytes() throws IOException {
        return in.readNBytes(length);
    }

    void skip() throws IOException {
        in.skipNBytes(length);
    }
}
