package io.mural.model.image;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a picture file says before its pixels.
 *
 * @param format the name ImageIO knows it by
 * @param mostPixels that so many bytes can hold: a file that claims more is cut short, whatever it claims
 * @param orientation as EXIF has it, 1 to 8
 */
record PictureHead(String format, long mostPixels, int orientation) {
    private static final int MAGIC = 16;
    /** Deflate makes at most 1032 bytes of one; a byte holds at most 8 pixels. */
    private static final long PNG_PIXELS = 1032 * 8;
    /** A block of 8 x 8 pixels takes a bit at least. */
    private static final long JPEG_PIXELS = 8 * 64;
    /** LZW's longest code stands for 4095 pixels and takes 12 bits. */
    private static final long GIF_PIXELS = 2730;
    /** A run of 255 pixels takes two bytes, a jump over 255 x 255 four. */
    private static final long BMP_PIXELS = 255 * 255 / 4;
    /** For heads that are not compressed. */
    private static final long SLACK = 1 << 16;

    /** @throws InputException naming what the file is instead of a picture mural reads */
    static PictureHead of(Path file) throws IOException {
        byte[] magic;
        try (var in = Files.newInputStream(file)) {
            magic = in.readNBytes(MAGIC);
        }
        long bytes = Files.size(file);
        var text = new String(magic, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u0089PNG")) {
            return new PictureHead("png", bytes * PNG_PIXELS, png(file));
        }
        if (text.startsWith("\u00ff\u00d8\u00ff")) {
            return new PictureHead(
                    "jpeg", bytes * JPEG_PIXELS + SLACK, JpegHead.of(file).orientation());
        }
        if (text.startsWith("GIF8")) {
            return new PictureHead("gif", bytes * GIF_PIXELS, Orientation.UPRIGHT);
        }
        if (text.startsWith("BM")) {
            return new PictureHead("bmp", bytes * BMP_PIXELS, Orientation.UPRIGHT);
        }
        var other = other(text);
        throw new InputException(file + " is " + (other.isEmpty() ? "not" : other + ", not")
                + " a picture that can be read;" + " convert it to PNG or JPEG");
    }

    /** What else is met under the names of pictures; empty when it is not known. */
    private static String other(String magic) {
        var brand = magic.length() < 12 ? "" : magic.substring(4, 12).toLowerCase(Locale.ROOT);
        if (magic.startsWith("RIFF") && magic.startsWith("WEBP", 8)) {
            return "a WebP file";
        }
        if (brand.startsWith("ftyp")) {
            return brand.endsWith("avif") ? "an AVIF file" : "a HEIF or video file";
        }
        if (magic.startsWith("II*\0") || magic.startsWith("MM\0*")) {
            return "a TIFF file";
        }
        if (magic.startsWith("\u00ff\n") || brand.startsWith("jxl ")) {
            return "a JPEG XL file";
        }
        if (magic.startsWith("8BPS")) {
            return "a Photoshop file";
        }
        return magic.startsWith("%PDF") ? "a PDF file" : "";
    }

    /** Checks all chunks of the picture itself, which ImageIO does not do; gives the orientation. */
    private static int png(Path file) throws IOException {
        int orientation = Orientation.UPRIGHT;
        try (var chunks = PngChunks.open(file)) {
            PngFile.size(chunks);
            boolean picture = false;
            while (chunks.next()) {
                picture |= chunks.type().equals("IDAT");
                if (chunks.type().equals("eXIf") && chunks.length() <= SLACK) {
                    orientation = Orientation.of(chunks.data());
                } else if (chunks.critical()) {
                    chunks.check();
                }
            }
            if (!picture) {
                throw new PngChunks.Damaged("it holds no picture");
            }
        }
        return orientation;
    }
}
