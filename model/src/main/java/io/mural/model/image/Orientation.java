package io.mural.model.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera held its picture: EXIF's tag 0x0112, 1 to 8. The stored picture is to be mirrored, turned, or both, before
 * it is shown.
 */
final class Orientation {
    static final int UPRIGHT = 1;
    private static final int TAG = 0x0112;
    private static final int ENTRY_BYTES = 12;
    private static final int SHORT_TYPE = 3;
    private static final int LAST = 8;

    private Orientation() {}

    /** From EXIF's data, which is a TIFF file without a picture; upright where it says nothing that can be read. */
    static int of(byte[] exif) {
        if (exif.length < Long.BYTES) {
            return UPRIGHT;
        }
        var data = ByteBuffer.wrap(exif);
        var order = new String(exif, 0, 2, java.nio.charset.StandardCharsets.ISO_8859_1);
        switch (order) {
            case "II" -> data.order(ByteOrder.LITTLE_ENDIAN);
            case "MM" -> data.order(ByteOrder.BIG_ENDIAN);
            default -> {
                return UPRIGHT;
            }
        }
        long directory = Integer.toUnsignedLong(data.getInt(4));
        if (directory > exif.length - Short.BYTES) {
            return UPRIGHT;
        }
        int entries = Short.toUnsignedInt(data.getShort((int) directory));
        for (int i = 0; i < entries; i++) {
            long entry = directory + Short.BYTES + (long) i * ENTRY_BYTES;
            if (entry + ENTRY_BYTES > exif.length) {
                break;
            }
            if (Short.toUnsignedInt(data.getShort((int) entry)) == TAG) {
                return value(data, (int) entry);
            }
        }
        return UPRIGHT;
    }

    private static int value(ByteBuffer data, int entry) {
        int at = entry + Long.BYTES;
        int value = data.getShort(entry + 2) == SHORT_TYPE ? data.getShort(at) : data.getInt(at);
        return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
    }

    /** The picture as it is to be shown. */
    static RgbImage upright(RgbImage stored, int orientation) {
        if (orientation == UPRIGHT) {
            return stored;
        }
        int width = stored.width();
        int height = stored.height();
        boolean turned = orientation > 4;
        int newWidth = turned ? height : width;
        var rgb = new byte[stored.rgb().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                // As EXIF defines the values: where the first row and the first column are seen.
                int at = switch (orientation) {
                    case 2 -> y * newWidth + width - 1 - x;
                    case 3 -> (height - 1 - y) * newWidth + width - 1 - x;
                    case 4 -> (height - 1 - y) * newWidth + x;
                    case 5 -> x * newWidth + y;
                    case 6 -> x * newWidth + height - 1 - y;
                    case 7 -> (width - 1 - x) * newWidth + height - 1 - y;
                    default -> (width - 1 - x) * newWidth + y;
                };
                int from = (y * width + x) * 3;
                System.arraycopy(stored.rgb(), from, rgb, at * 3, 3);
            }
        }
        return new RgbImage(newWidth, turned ? width : height, rgb);
    }
}
