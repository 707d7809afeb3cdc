package io.mural;

import io.mural.model.edit.Canvas;
import io.mural.model.edit.Cover;
import io.mural.model.image.GrayImage;
import io.mural.model.image.UserPicture;
import io.mural.tensor.InputException;
import java.util.List;

/**
 * A picture of which a part is painted anew, opened but not read.
 *
 * @param canvas the picture with the room around it
 * @param cover the mask
 */
record Painting(Canvas canvas, Cover cover) {
    /** How much the proportions of a mask may differ from the picture's. */
    private static final double MOST_STRETCH = 1.02;

    /** @param notes are given what is done to the inputs, a line each */
    static Painting of(Input picture, Edit edit, List<String> notes) {
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
        return new Painting(canvas, cover);
    }

    private static Canvas canvas(Input picture, Edit edit, List<String> notes) {
        return switch (picture) {
            case Input.InMemory memory -> {
                var read = memory.asUsed();
                notes.addAll(read.notes());
                yield Canvas.of(read.image(), edit.extend());
            }
            case Input.InFile file -> {
                var opened = UserPicture.of(file.path().toString(), file.file());
                notes.addAll(opened.notes());
                yield canvas(opened, edit);
            }
        };
    }

    /** Pictures that cannot be read row by row are read once and kept. */
    private static Canvas canvas(UserPicture picture, Edit edit) {
        try (var rows = picture.rows()) {
            if (rows.isWhole()) {
                return Canvas.of(picture.image(), edit.extend());
            }
            return new Canvas(() -> reader(picture), rows.width(), rows.height(), edit.extend());
        }
    }

    private static Canvas.Rows reader(UserPicture picture) {
        var rows = picture.rows();
        return new Canvas.Rows() {
            @Override
            public void read(byte[] rgb) {
                rows.read(rgb);
                picture.toSrgb(rgb);
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
