package io.mural.model.image;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Reads the chunks of a PNG file one after another. A length is compared with what is left of the file before anything
 * is read for it; what nobody asks for is passed over.
 */
final class PngChunks implements AutoCloseable {
    private static final int AROUND = 12; // length, type and checksum
    private static final int CRITICAL = 0x20; // this bit of a type's first letter is not set

    private final DataInputStream in;
    private long left;
    private String type = "";
    private int length;
    private boolean pending; // the chunk's data and checksum are not read yet

    private PngChunks(InputStream in, long size) {
        this.in = new DataInputStream(in);
        this.left = size;
    }

    /** @throws Damaged when it is no PNG file */
    static PngChunks open(Path file) throws IOException {
        var chunks = new PngChunks(new BufferedInputStream(Files.newInputStream(file)), Files.size(file));
        try {
            chunks.signature();
            return chunks;
        } catch (IOException e) {
            chunks.close();
            throw e;
        }
    }

    /** What is wrong with a file, in words for its user. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(String what) {
            super(what);
        }
    }

    private void signature() throws IOException {
        if (left < PngEncoder.SIGNATURE.length
                || !Arrays.equals(in.readNBytes(PngEncoder.SIGNATURE.length), PngEncoder.SIGNATURE)) {
            throw new Damaged("it does not begin as one");
        }
        left -= PngEncoder.SIGNATURE.length;
    }

    /** Goes to the next chunk; false behind IEND. */
    boolean next() throws IOException {
        if (type.equals("IEND")) {
            return false;
        }
        if (pending) {
            skip();
        }
        if (left < AROUND) {
            throw new Damaged("it is cut short" + (type.isEmpty() ? "" : " behind the chunk " + type));
        }
        length = in.readInt();
        var name = in.readNBytes(4);
        type = new String(name, StandardCharsets.ISO_8859_1);
        if (!type.matches("[A-Za-z]{4}")) {
            throw new Damaged("a chunk has no name");
        }
        left -= AROUND;
        if (length < 0 || length > left) {
            throw new Damaged("the chunk " + type + " is said to have " + Integer.toUnsignedString(length)
                    + " bytes, but " + left + " are left");
        }
        left -= length;
        pending = true;
        return true;
    }

    /** Four letters. */
    String type() {
        return type;
    }

    /** Bytes of the chunk's data. */
    int length() {
        return length;
    }

    /** Whether the picture cannot be told without it. */
    boolean critical() {
        return (type.charAt(0) & CRITICAL) == 0;
    }

    /** The chunk's data, whose checksum is right. */
    byte[] data() throws IOException {
        var data = in.readNBytes(length);
        var crc = crc();
        crc.update(data);
        check(crc);
        return data;
    }

    /** Reads the chunk for its checksum alone. */
    void check() throws IOException {
        var crc = crc();
        var buffer = new byte[8192];
        for (int rest = length; rest > 0; ) {
            int read = in.readNBytes(buffer, 0, Math.min(buffer.length, rest));
            if (read == 0) {
                break;
            }
            crc.update(buffer, 0, read);
            rest -= read;
        }
        check(crc);
    }

    private CRC32 crc() {
        var crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.ISO_8859_1));
        return crc;
    }

    private void check(CRC32 crc) throws IOException {
        pending = false;
        if (in.readInt() != (int) crc.getValue()) {
            throw new Damaged("the checksum of the chunk " + type + " is wrong");
        }
    }

    private void skip() throws IOException {
        in.skipNBytes(length + 4L);
        pending = false;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
