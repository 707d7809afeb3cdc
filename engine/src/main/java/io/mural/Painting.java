package io.mural;

import io.mural.model.edit.Canvas;
import io.mural.model.edit.Cover;
import io.mural.model.image.ColourProfile;
import io.mural.model.image.GrayImage;
import io.mural.model.image.PictureRows;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A picture of which a part is painted anew, opened but not read.
 *
 * @param canvas the picture with the room around it
 * @param cover the mask
 * @param notes what was done to the inputs, a line each
 */
record Painting(Canvas canvas, Cover cover, List<String> notes) {
    private static final byte[] WHITE = {(byte) 255, (byte) 255, (byte) 255};

    /** How much the proportions of a mask may differ from the picture's. */
    private static final double MOST_STRETCH = 1.02;

    static Painting of(Input picture, Edit edit) {
        var notes = new ArrayList<String>();
        var canvas = canvas(picture, edit, notes);
        var margins = edit.extend();
        int width = canvas.width() - margins.left() - margins.right();
        int height = canvas.height() - margins.top() - margins.bottom();
        if (edit.mask().isPresent() && edit.region().isPresent()) {
            throw InputException.about("region", "`mask` and `region`: give one of them");
        }
        var inside = edit.region()
                .map(region -> Cover.of(region, width, height))
                .or(() -> edit.mask().map(mask -> stretched(mask, width, height, notes)))
                .orElseGet(() -> Cover.none(width, height));
        var cover = Cover.around(margins, inside);
        if (!cover.paints(0, 0, cover.width(), cover.height())) {
            throw InputException.about(
                    "mask",
                    edit.mask().map(mask -> mask.path() + ": the mask").orElse("the mask")
                            + " is black everywhere, so that nothing would be painted; white is painted anew");
        }
        return new Painting(canvas, cover, notes);
    }

    private static Canvas canvas(Input picture, Edit edit, List<String> notes) {
        return switch (picture) {
            case Input.InMemory memory -> Canvas.of(memory.read(), edit.extend());
            case Input.InFile file -> {
                var profile = ColourProfile.of(file.path());
                profile.ifPresent(colours -> notes.add(file.path() + ": its colour profile is converted to sRGB"));
                if (PictureRows.isTransparent(file.path())) {
                    notes.add(file.path() + " is transparent; it is laid on white");
                }
                yield canvas(new Opened(file.path(), profile), edit);
            }
        };
    }

    /** Pictures that cannot be read row by row are read once and kept. */
    private static Canvas canvas(Opened picture, Edit edit) {
        try (var rows = picture.rows()) {
            if (rows.isWhole()) {
                return Canvas.of(whole(rows, picture.profile()), edit.extend());
            }
            return new Canvas(
                    () -> reader(picture.rows(), picture.profile()), rows.width(), rows.height(), edit.extend());
        }
    }

    /** A file with the colours it is in. */
    private record Opened(Path file, Optional<ColourProfile> profile) {
        PictureRows rows() {
            return PictureRows.open(file, Optional.of(WHITE));
        }
    }

    private static RgbImage whole(PictureRows rows, Optional<ColourProfile> profile) {
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(rows.width(), rows.height()), 3)];
        var row = new byte[rows.width() * 3];
        for (int y = 0; y < rows.height(); y++) {
            rows.read(row);
            profile.ifPresent(colours -> colours.toSrgb(row));
            System.arraycopy(row, 0, rgb, y * row.length, row.length);
        }
        return new RgbImage(rows.width(), rows.height(), rgb);
    }

    private static Canvas.Rows reader(PictureRows rows, Optional<ColourProfile> profile) {
        return new Canvas.Rows() {
            @Override
            public void read(byte[] rgb) {
                rows.read(rgb);
                profile.ifPresent(colours -> colours.toSrgb(rgb));
            }

            @Override
            public void close() {
                rows.close();
            }
        };
    }

    private static Cover stretched(Input mask, int width, int height, List<String> notes) {
        var gray = GrayImage.of(mask.read());
        if (gray.width() != width || gray.height() != height) {
            double stretch = (double) gray.width() / gray.height() * height / width;
            if (stretch > MOST_STRETCH || stretch < 1 / MOST_STRETCH) {
                throw InputException.about(
                        "mask",
                        mask.path() + ": the mask of " + gray.width() + "x" + gray.height()
                                + " has other proportions than the picture of " + width + "x" + height
                                + "; make it of the picture's size");
            }
            notes.add(mask.path() + ": the mask of " + gray.width() + "x" + gray.height()
                    + " is stretched to the picture's " + width + "x" + height);
        }
        return Cover.of(gray, width, height);
    }
}
