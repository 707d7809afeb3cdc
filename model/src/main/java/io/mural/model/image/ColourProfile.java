package io.mural.model.image;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The colours that a picture file says its samples are of (ICC.1), to be brought to sRGB, which models know alone: of gray
 * files those of gray profiles, of a printer's those of its inks, of others those of RGB. Profiles that are sRGB themselves, are of something else or cannot
 * be read are passed over.
 */
public final class ColourProfile {
    private static final int RGB = 3;
    private static final int LARGEST = 1 << 24;
    /** Differences of so little are of rounding. */
    private static final int SAME = 2;

    private static final int APP2 = 0xe2;
    private static final int GRAYS = 256;
    private static final String JPEG_MARK = "ICC_PROFILE\0";

    private final ColorConvertOp toSrgb;
    private final int components;

    private ColourProfile(ICC_Profile profile) {
        components = profile.getNumComponents();
        toSrgb = new ColorConvertOp(new ICC_Profile[] {profile, ICC_Profile.getInstance(ColorSpace.CS_sRGB)}, null);
    }

    /** The profile of a PNG or JPEG file where it changes colours. */
    public static Optional<ColourProfile> of(Path file) {
        try {
            if (!isPng(file) && !JpegFile.isOne(file)) {
                return Optional.empty();
            }
            var data = isPng(file) ? png(file) : jpeg(file);
            if (data.isEmpty()) {
                return Optional.empty();
            }
            var profile = ICC_Profile.getInstance(data.get());
            if (profile.getNumComponents() != (isGray(file) ? 1 : RGB)) {
                return Optional.empty();
            }
            var found = new ColourProfile(profile);
            return found.changes() ? Optional.of(found) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            // A picture is read without its profile by everyone else too; damage of the rest is told where it is read.
            return Optional.empty();
        }
    }

    /** The profile of a printer's inks in a JPEG file of four of them. */
    static Optional<ColourProfile> ofInks(Path file) {
        try {
            return jpeg(file)
                    .map(ICC_Profile::getInstance)
                    .filter(profile -> profile.getNumComponents() == JpegHead.CMYK)
                    .map(ColourProfile::new);
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // as above
        }
    }

    private static boolean isGray(Path file) throws IOException {
        if (!isPng(file)) {
            return JpegHead.of(file).components() == 1;
        }
        try (var rows = PngRows.open(file)) {
            return !rows.head().hasColour();
        }
    }

    private static boolean isPng(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.read() == (PngEncoder.SIGNATURE[0] & 0xff);
        }
    }

    private static Optional<byte[]> png(Path file) throws IOException {
        try (var chunks = PngChunks.open(file)) {
            while (chunks.next() && !chunks.type().equals("IDAT")) {
                if (chunks.type().equals("iCCP") && chunks.length() <= LARGEST) {
                    return inflated(chunks.data());
                }
            }
        }
        return Optional.empty();
    }

    /** A name, a zero, the method 0, and what deflate made of the profile. */
    private static Optional<byte[]> inflated(byte[] chunk) {
        int name = 0;
        while (name < chunk.length && chunk[name] != 0) {
            name++;
        }
        if (name + 2 >= chunk.length) {
            return Optional.empty();
        }
        var inflater = new Inflater();
        try {
            inflater.setInput(chunk, name + 2, chunk.length - name - 2);
            var out = new ByteArrayOutputStream();
            var piece = new byte[1 << 14];
            while (!inflater.finished() && out.size() < LARGEST) {
                int count = inflater.inflate(piece);
                if (count == 0) {
                    return Optional.empty();
                }
                out.write(piece, 0, count);
            }
            return Optional.of(out.toByteArray());
        } catch (DataFormatException e) {
            return Optional.empty();
        } finally {
            inflater.end();
        }
    }

    /** Pieces in segments of their own, each with its number and how many there are. */
    private static Optional<byte[]> jpeg(Path file) throws IOException {
        var pieces = new TreeMap<Integer, byte[]>();
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            var segments = new JpegSegments(in);
            int head = JPEG_MARK.length();
            while (segments.next()) {
                if (segments.marker() != APP2) {
                    segments.skip();
                    continue;
                }
                var segment = segments.bytes();
                if (segment.length > head + 2
                        && new String(segment, 0, head, StandardCharsets.ISO_8859_1).equals(JPEG_MARK)) {
                    pieces.put(segment[head] & 0xff, Arrays.copyOfRange(segment, head + 2, segment.length));
                }
            }
        } catch (EOFException e) {
            return Optional.empty();
        }
        var all = new ByteArrayOutputStream();
        pieces.values().forEach(piece -> all.write(piece, 0, piece.length));
        return pieces.isEmpty() ? Optional.empty() : Optional.of(all.toByteArray());
    }

    /** Whether colours of all kinds come out otherwise than they went in. */
    private boolean changes() {
        int side = 6;
        var colours = new byte[side * side * side * RGB];
        for (int i = 0; i < side * side * side; i++) {
            colours[i * RGB] = (byte) (i % side * 51);
            colours[i * RGB + 1] = (byte) (i / side % side * 51);
            colours[i * RGB + 2] = (byte) (i / side / side * 51);
        }
        var before = colours.clone();
        toSrgb(colours);
        for (int i = 0; i < colours.length; i++) {
            if (Math.abs((colours[i] & 0xff) - (before[i] & 0xff)) > SAME) {
                return true;
            }
        }
        return false;
    }

    /**
     * A row of a printer's picture to sRGB.
     *
     * @param inks pixels of four bytes, 255 for all of an ink
     * @param rgb where its pixels go, three bytes each
     */
    void inksToSrgb(byte[] inks, byte[] rgb) {
        int pixels = rgb.length / RGB;
        toSrgb.filter(raster(inks, pixels, components), raster(rgb, pixels, RGB));
    }

    private static WritableRaster raster(byte[] samples, int pixels, int channels) {
        return Raster.createInterleavedRaster(
                new DataBufferByte(samples, samples.length),
                pixels,
                1,
                samples.length,
                channels,
                IntStream.range(0, channels).toArray(),
                null);
    }

    /** Pixels of three bytes to sRGB, in place; of a gray picture the three are alike. */
    public void toSrgb(byte[] rgb) {
        if (components == 1) {
            gray(rgb);
            return;
        }
        int pixels = rgb.length / RGB;
        toSrgb.filter(raster(rgb.clone(), pixels, RGB), raster(rgb, pixels, RGB));
    }

    private void gray(byte... rgb) {
        var from = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, GRAYS, 1, 1, null);
        var to = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, GRAYS, 1, RGB, null);
        for (int value = 0; value < GRAYS; value++) {
            from.setSample(value, 0, 0, value);
        }
        toSrgb.filter(from, to);
        var colour = new int[RGB];
        for (int at = 0; at < rgb.length; at += RGB) {
            to.getPixel(rgb[at] & 0xff, 0, colour);
            for (int c = 0; c < RGB; c++) {
                rgb[at + c] = (byte) colour[c];
            }
        }
    }
}
