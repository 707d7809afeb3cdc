package io.mural.server.jobs;

import io.mural.Input;
import io.mural.Size;
import io.mural.model.image.ImageHeader;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.tensor.InputException;
import java.util.Base64;
import java.util.Map;

/** Pictures that clients send. */
public final class Uploads {
    private static final String SCHEME = "data:";

    private Uploads() {}

    /**
     * The bytes of a data URL; addresses elsewhere are refused, since the server fetches nothing for strangers.
     *
     * @param field named in errors
     */
    public static byte[] dataUrl(String field, String url) {
        int comma = url.indexOf(',');
        if (!url.startsWith(SCHEME) || comma < 0 || !url.substring(0, comma).endsWith(";base64")) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    field,
                    field + " takes pictures as data URLs in base64, beginning with data:image/png;base64,");
        }
        return base64(field, url.substring(comma + 1));
    }

    /** The bytes of a data URL, or of base64 alone. */
    public static byte[] base64OrDataUrl(String field, String text) {
        return text.startsWith(SCHEME) ? dataUrl(field, text) : base64(field, text);
    }

    private static byte[] base64(String field, String text) {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Reason.INVALID_IMAGE, field, field + " holds a picture that is not valid base64");
        }
    }

    /** The size of a picture that {@link #require} has let pass, from its header alone. */
    public static Size size(String name, Input picture) {
        var header = ImageHeader.of(name, picture.bytes());
        return new Size(header.width(), header.height());
    }

    /** Refuses what is no picture, or one too large to decode, from its header alone. */
    public static void require(Map<String, Input> inputs, String field, Limits limits) {
        inputs.forEach((name, input) -> {
            try {
                var size = ImageHeader.of(name, input.bytes());
                long pixels = (long) size.width() * size.height();
                if (pixels > limits.decodedPixels()) {
                    throw new Refusal(
                            Refusal.Reason.INVALID_IMAGE,
                            field,
                            field + " has " + size.width() + "x" + size.height() + " pixels, more than "
                                    + limits.decodedPixels());
                }
            } catch (InputException e) {
                throw new Refusal(Refusal.Reason.INVALID_IMAGE, field, e.getMessage());
            }
        });
    }
}
