package io.mural.model.image;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What stands beside a JPEG picture, in segments before it: EXIF, with the {@code parameters} as its user comment, where
 * other programs look for them, and XMP with the recipe.
 */
public final class JpegTexts {
    /** A segment's length has 16 bits, and counts itself. */
    private static final int MOST_BYTES = 0xffff - Short.BYTES;

    private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
    private static final String UNICODE = "UNICODE\0";

    private static final int EXIF_FOLDER = 0x8769;
    private static final int COLOUR_SPACE = 0xa001;
    private static final int USER_COMMENT = 0x9286;
    private static final int SRGB = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int UNDEFINED = 7;
    private static final int ENTRY_BYTES = 12;

    private final byte[] segments;

    /**
     * @param comment the text that other programs read
     * @param xmp a packet of {@link Xmp}
     * @throws TooLong where a segment cannot hold them
     */
    public JpegTexts(String comment, String xmp) {
        var out = new ByteArrayOutputStream();
        segment(out, JpegSegments.EXIF, exif(comment));
        segment(out, XMP, xmp.getBytes(StandardCharsets.UTF_8));
        segments = out.toByteArray();
    }

    /** A text is longer than a JPEG file can hold in one piece. */
    public static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static void segment(ByteArrayOutputStream out, String name, byte[] data) {
        int length = name.length() + data.length;
        if (length > MOST_BYTES) {
            throw new TooLong();
        }
        out.write(JpegSegments.MARKER);
        out.write(JpegSegments.APP1);
        out.write((length + Short.BYTES) >> Byte.SIZE);
        out.write((length + Short.BYTES) & 0xff);
        out.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(data);
    }

    /** Two folders of tags (TIFF 6.0, EXIF 2.32): the first names the second, which has the colours and the comment. */
    private static byte[] exif(String comment) {
        var text = UNICODE.getBytes(StandardCharsets.US_ASCII);
        var words = comment.getBytes(StandardCharsets.UTF_16BE);
        int second = 8 + 2 + ENTRY_BYTES + 4;
        int data = second + 2 + 2 * ENTRY_BYTES + 4;
        var exif = ByteBuffer.allocate(data + text.length + words.length).order(ByteOrder.BIG_ENDIAN);
        exif.put(new byte[] {'M', 'M'}).putShort((short) 42).putInt(8);
        exif.putShort((short) 1);
        entry(exif, EXIF_FOLDER, LONG, 1).putInt(second);
        exif.putInt(0);
        exif.putShort((short) 2);
        entry(exif, USER_COMMENT, UNDEFINED, text.length + words.length).putInt(data);
        entry(exif, COLOUR_SPACE, SHORT, 1).putShort((short) SRGB).putShort((short) 0);
        exif.putInt(0);
        return exif.put(text).put(words).array();
    }

    private static ByteBuffer entry(ByteBuffer exif, int tag, int type, int count) {
        return exif.putShort((short) tag).putShort((short) type).putInt(count);
    }

    /** Passes a JPEG file on, with the texts behind its first segment, which says that it is one. */
    OutputStream into(OutputStream out) {
        return new OutputStream() {
            private static final int HEAD = 20;
            private final byte[] head = new byte[HEAD];
            private int filled;

            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                int taken = Math.min(length, HEAD - filled);
                if (taken > 0) {
                    System.arraycopy(bytes, from, head, filled, taken);
                    filled += taken;
                    if (filled == HEAD) {
                        // The start, and JFIF's segment of 16 bytes where the encoder writes one.
                        int first = head[3] == (byte) 0xe0 && head[5] == HEAD - 4 ? HEAD : 2;
                        out.write(head, 0, first);
                        out.write(segments);
                        out.write(head, first, HEAD - first);
                    }
                }
                out.write(bytes, from + taken, length - taken);
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }
        };
    }

    /**
     * The texts of a JPEG file, as far as mural writes some: {@code mural} and {@code parameters}.
     *
     * @param in the file from its first byte
     */
    static Map<String, String> read(DataInputStream in) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        var segments = new JpegSegments(in);
        while (segments.next()) {
            if (segments.marker() != JpegSegments.APP1) {
                segments.skip();
                continue;
            }
            var segment = segments.bytes();
            if (segment.length < segments.length()) {
                throw new EOFException("it ends within a segment");
            }
            add(texts, segment);
        }
        return texts;
    }

    private static void add(Map<String, String> texts, byte[] segment) {
        var start = new String(segment, StandardCharsets.ISO_8859_1);
        if (start.startsWith(XMP)) {
            var packet = new String(segment, XMP.length(), segment.length - XMP.length(), StandardCharsets.UTF_8);
            Xmp.recipe(packet).ifPresent(recipe -> texts.put("mural", recipe));
        } else if (start.startsWith(JpegSegments.EXIF) && start.contains(UNICODE)) {
            int from = start.indexOf(UNICODE) + UNICODE.length();
            texts.put("parameters", new String(segment, from, segment.length - from, StandardCharsets.UTF_16BE));
        }
    }
}
