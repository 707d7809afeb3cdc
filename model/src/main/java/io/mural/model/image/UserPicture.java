package io.mural.model.image;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A picture as users have it, to be read as models know pictures: upright, in sRGB, on white.
 *
 * @param file where it is
 * @param transparent whether it has places that something would show through
 * @param profile of its colours, where they are still to be converted
 * @param notes what is done to it, a line each, with the picture's name
 */
public record UserPicture(Path file, boolean transparent, Optional<ColourProfile> profile, List<String> notes) {
    private static final byte[] WHITE = {(byte) 255, (byte) 255, (byte) 255};

    public UserPicture {
        notes = List.copyOf(notes);
    }

    /** @param name what notes call it */
    public static UserPicture of(String name, Path file) {
        var notes = new ArrayList<String>();
        boolean transparent = PictureRows.isTransparent(file);
        if (transparent) {
            notes.add(name + " is transparent; it is laid on white");
        }
        if (JpegFile.isOne(file) && components(file) == JpegHead.CMYK) {
            notes.add(name + " is of a printer's colours (CMYK); they are converted to sRGB "
                    + (ColourProfile.ofInks(file).isPresent() ? "by its profile" : "without a profile"));
        }
        var profile = ColourProfile.of(file);
        profile.ifPresent(colours -> notes.add(name + ": its colour profile is converted to sRGB"));
        // Java's reader converts the colours of JPEG files itself.
        boolean converted = JpegFile.isOne(file) && components(file) > 1;
        return new UserPicture(file, transparent, converted ? Optional.empty() : profile, notes);
    }

    private static int components(Path file) {
        try {
            return JpegHead.of(file).components();
        } catch (IOException e) {
            throw new InputException(file + " is a damaged picture (" + e.getMessage() + ")", e);
        }
    }

    /** Opens it at its top; colours are those of the file until {@link #toSrgb} is asked. */
    public PictureRows rows() {
        return PictureRows.open(file, Optional.of(WHITE));
    }

    /** Brings pixels of the file to sRGB, in place. */
    public void toSrgb(byte[] rgb) {
        profile.ifPresent(colours -> colours.toSrgb(rgb));
    }

    /** All of it. */
    public RgbImage image() {
        var image = PictureRows.whole(file, transparent ? Optional.of(WHITE) : Optional.empty());
        if (profile.isPresent()) {
            var row = new byte[image.width() * 3];
            for (int y = 0; y < image.height(); y++) {
                System.arraycopy(image.rgb(), y * row.length, row, 0, row.length);
                toSrgb(row);
                System.arraycopy(row, 0, image.rgb(), y * row.length, row.length);
            }
        }
        return image;
    }

    /** A picture in memory, and what was done to it. */
    public record Read(RgbImage image, List<String> notes) {
        public Read {
            notes = List.copyOf(notes);
        }
    }

    /**
     * Reads a file's bytes.
     *
     * @param name what notes and messages call it
     */
    public static Read read(String name, byte[] data) {
        return ImageFile.inFile(name, data, file -> {
            var picture = of(name, file);
            return new Read(picture.image(), picture.notes());
        });
    }
}
