package io.mural.model.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/** A printer whose paper is white, whose first ink alone is a middle gray, and whose other inks are black (ICC.1, version 2). */
final class PrinterProfile {
    private static final int HEADER = 128;
    private static final int TAGS = 16;
    private static final int INKS = 4;
    private static final int LAB = 3;
    private static final int VALUES = 256;
    private static final int NODES = 1 << INKS;

    private PrinterProfile() {}

    /** In a segment of a JPEG file. */
    static byte[] segment() {
        var profile = profile();
        return ByteBuffer.allocate(2 + 2 + 14 + profile.length)
                .putShort((short) 0xffe2)
                .putShort((short) (2 + 14 + profile.length))
                .put(ascii("ICC_PROFILE\0"))
                .put(new byte[] {1, 1})
                .put(profile)
                .array();
    }

    private static byte[] profile() {
        int table = 8 + 4 + 9 * Integer.BYTES + INKS * VALUES + NODES * LAB + LAB * VALUES;
        var data = ByteBuffer.allocate(HEADER + TAGS + table);
        data.putInt(data.capacity()).putInt(0).putInt(0x02100000);
        data.put(ascii("prtrCMYKLab "));
        for (int part : new int[] {2026, 1, 1, 0, 0, 0}) {
            data.putShort((short) part);
        }
        data.put(ascii("acsp")).position(68);
        data.putInt(0xf6d6).putInt(0x10000).putInt(0xd32d); // D50
        data.position(HEADER);
        data.putInt(1).put(ascii("A2B0")).putInt(HEADER + TAGS).putInt(table);
        data.put(ascii("mft1")).putInt(0).put(new byte[] {INKS, LAB, 2, 0});
        for (int i = 0; i < 9; i++) {
            data.putInt(i % 4 == 0 ? 0x10000 : 0);
        }
        IntStream.range(0, INKS * VALUES).forEach(i -> data.put((byte) i));
        for (int node = 0; node < NODES; node++) {
            // The first ink is the highest bit. Lightness of 255 is white; 128 is no colour.
            data.put((byte) (node == 0 ? 255 : node == NODES / 2 ? 128 : 0))
                    .put((byte) 128)
                    .put((byte) 128);
        }
        IntStream.range(0, LAB * VALUES).forEach(i -> data.put((byte) i));
        return data.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
