package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads the user's own pictures: PNG, JPEG, BMP, GIF. What a file claims is compared with its bytes and with the memory
 * that is free before anything is decoded, and a picture that is not whole is refused.
 */
public final class ImageFile {
    /** Pixels; Pillow, which the reference reads pictures with, refuses more as well. */
    public static final long MOST_PIXELS = 178_956_970;

    private ImageFile() {}

    /**
     * The picture as it is to be shown, turned as EXIF says. Samples are taken as they are stored: transparency is dropped,
     * colour profiles are not applied (but to colours of JPEG files), of 16 bits the upper 8 count, a printer's inks become
     * colours by the file's profile, and where it has none by a formula, as in the reference. {@link UserPicture} does more.
     *
     * @throws InputException when the file is no picture that can be read, not whole, or too large
     */
    public static RgbImage read(Path file) {
        return decoded(file, (image, head) -> Orientation.upright(image.rgb(), head.orientation()));
    }

    /** A picture out of its decoder: colours, or the inks of a printer's. */
    private sealed interface Decoded {
        RgbImage rgb();

        record Colours(BufferedImage image) implements Decoded {
            @Override
            public RgbImage rgb() {
                return Pixels.of(image);
            }
        }

        record Inks(Raster raster, JpegHead head, Optional<ColourProfile> profile) implements Decoded {
            @Override
            public RgbImage rgb() {
                return Cmyk.rgb(raster, head, profile);
            }
        }
    }

    private static <T> T decoded(Path file, BiFunction<Decoded, PictureHead, T> taken) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " does not exist or is not a file; expected a PNG or JPEG picture");
        }
        try {
            var head = PictureHead.of(file);
            return taken.apply(decode(file, head), head);
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The decoders meet some damage by exceptions of their arithmetic.
            throw new InputException(file + " is a damaged picture (" + Shown.reason(e) + ")", e);
        }
    }

    /**
     * As {@link #read(Path)}, from memory.
     *
     * @param name what messages call it
     * @param data a file's bytes
     */
    public static RgbImage read(String name, byte[] data) {
        return inFile(name, data, ImageFile::read);
    }

    /**
     * How opaque each pixel of a picture in memory is, turned as {@link #read(Path)} turns it; empty where the file says
     * nothing of it.
     *
     * @param name what messages call it
     * @param data a file's bytes
     */
    public static Optional<GrayImage> alpha(String name, byte[] data) {
        return inFile(name, data, ImageFile::alpha);
    }

    /** As {@link #alpha(String, byte[])}, of a file. */
    static Optional<GrayImage> alpha(Path file) {
        return decoded(file, (image, head) -> {
            if (!(image instanceof Decoded.Colours colours)
                    || !colours.image().getColorModel().hasAlpha()) {
                return Optional.<GrayImage>empty();
            }
            var values = Pixels.alpha(colours.image()).toRgb();
            return Optional.of(GrayImage.of(Orientation.upright(values, head.orientation())));
        });
    }

    /** Hands a file's bytes on as a file, whose place messages do not tell. */
    static <T> T inFile(String name, byte[] data, Function<Path, T> reading) {
        try {
            // In a file, because what it claims is compared with its bytes before anything is decoded, in several
            // passes.
            var file = Files.createTempFile("mural", ".picture");
            try {
                return reading.apply(Files.write(file, data));
            } catch (InputException e) {
                throw new InputException(e.getMessage().replace(file.toString(), name), e);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file for " + name + " cannot be used", e);
        }
    }

    private static Decoded decode(Path file, PictureHead head) throws IOException {
        var reader = ImageIO.getImageReadersByFormatName(head.format()).next();
        try (var in = ImageIO.createImageInputStream(file.toFile())) {
            return decode(file, head, reader, in);
        } finally {
            reader.dispose();
        }
    }

    private static Decoded decode(Path file, PictureHead head, ImageReader reader, ImageInputStream in)
            throws IOException {
        // Metadata is not wanted: chunks of texts and profiles would be unpacked for it.
        reader.setInput(in, true, true);
        var printed = head.format().equals("jpeg")
                ? Optional.of(JpegHead.of(file)).filter(jpeg -> jpeg.components() == JpegHead.CMYK)
                : Optional.<JpegHead>empty();
        require(file, head, reader, printed.isPresent());
        var warnings = new StringBuilder();
        reader.addIIOReadWarningListener(
                (source, warning) -> warnings.append(warning).append('\n'));
        // Java knows no colours of four inks: it gives them as they are.
        Decoded image = printed.isPresent()
                ? new Decoded.Inks(reader.readRaster(0, null), printed.get(), ColourProfile.ofInks(file))
                : new Decoded.Colours(reader.read(0));
        // The JPEG decoder fills what is missing with gray and says so by a warning.
        if (warnings.toString().toLowerCase(Locale.ROOT).contains("premature end")) {
            throw new IOException("it is cut short");
        }
        return image;
    }

    /** Refuses sizes that the file cannot hold, and those that memory cannot. */
    private static void require(Path file, PictureHead head, ImageReader reader, boolean inks) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        long pixels = (long) width * height;
        if (width < 1 || height < 1 || pixels > head.mostPixels()) {
            throw new IOException("it claims " + width + " x " + height + " pixels, which " + Files.size(file)
                    + " bytes cannot hold");
        }
        if (pixels > MOST_PIXELS) {
            throw new InputException(file + ": a picture of " + width + " x " + height
                    + " pixels is too large to read; make" + " it smaller, at most " + MOST_PIXELS + " pixels");
        }
        long needed = pixels * ((inks ? JpegHead.CMYK : bytesDecoded(reader)) + bytesAfter(head));
        var runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        if (needed > free) {
            throw new InputException(file + ": a picture of " + width + " x " + height + " pixels takes "
                    + (needed >> 20) + " MiB of Java's heap to read, and " + (free >> 20)
                    + " MiB are free; make it smaller, or give Java more heap");
        }
    }

    /** A pixel's in the decoded picture. */
    private static int bytesDecoded(ImageReader reader) throws IOException {
        SampleModel samples = reader.getImageTypes(0).next().getSampleModel(1, 1);
        int bits = DataBuffer.getDataTypeSize(samples.getTransferType());
        return Math.ceilDiv(samples.getNumDataElements() * bits, Byte.SIZE);
    }

    /** A pixel's in the copy as RGB, and in the one that is turned. */
    private static int bytesAfter(PictureHead head) {
        return 3 + (head.orientation() == Orientation.UPRIGHT ? 0 : 3);
    }
}
