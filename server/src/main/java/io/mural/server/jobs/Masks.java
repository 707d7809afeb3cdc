package io.mural.server.jobs;

import io.mural.Input;
import io.mural.Size;
import io.mural.model.image.GrayImage;
import io.mural.model.image.ImageFile;
import io.mural.model.image.ImageHeader;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.tensor.InputException;
import java.util.Map;

/** Masks as the APIs send them, brought to one form: white is painted anew. */
public final class Masks {
    private static final String FIELD = "mask";

    private Masks() {}

    /**
     * OpenAI's: a PNG picture of the size of the one that is changed, painted anew where it is transparent.
     *
     * @param size of that picture
     */
    public static Input transparent(byte[] file, Size size, Limits limits) {
        Uploads.require(Map.of(FIELD, Input.of(FIELD, file)), FIELD, limits);
        var header = ImageHeader.of(FIELD, file);
        if (!header.format().equals("png")) {
            throw refused("mask is no PNG picture; send one whose alpha is 0 where the picture is to be painted");
        }
        if (header.width() != size.width() || header.height() != size.height()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    FIELD,
                    "mask has " + header.width() + "x" + header.height() + " pixels, the picture " + size
                            + "; make them alike");
        }
        return read(() -> Input.of(Wish.MASK, file).transparency())
                .orElseThrow(() -> new Refusal(
                        Refusal.Reason.INVALID_VALUE,
                        FIELD,
                        "mask is opaque everywhere; make its alpha 0 where the picture is to be painted"));
    }

    /**
     * AUTOMATIC1111's: painted anew where it is white, or opaque where not all of it is.
     *
     * @param inverted whether the rest is painted instead
     */
    public static Input white(byte[] file, boolean inverted, Limits limits) {
        Uploads.require(Map.of(FIELD, Input.of(FIELD, file)), FIELD, limits);
        var gray = read(() -> ImageFile.alpha(FIELD, file))
                .filter(alpha -> !alpha.isWhite())
                .orElseGet(() -> read(() -> GrayImage.of(ImageFile.read(FIELD, file))));
        return Input.of(Wish.MASK, (inverted ? gray.inverted() : gray).toPng());
    }

    private interface Reading<T> {
        T get();
    }

    private static <T> T read(Reading<T> reading) {
        try {
            return reading.get();
        } catch (InputException e) {
            throw refused(e.getMessage());
        }
    }

    private static Refusal refused(String message) {
        return new Refusal(Refusal.Reason.INVALID_IMAGE, FIELD, message);
    }
}
