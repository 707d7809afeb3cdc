package io.mural;

import io.mural.tensor.InputException;

/** A format of picture files. */
public sealed interface Format {
    int MOST_QUALITY = 100;

    /** Without loss, with the recipe in the file. */
    static Format png() {
        return new Png();
    }

    /** @param quality 1 to 100 */
    static Format jpeg(int quality) {
        return new Jpeg(quality);
    }

    /** The media type, such as {@code image/png}. */
    String mediaType();

    /** Without loss, with the recipe in the file. */
    record Png() implements Format {
        @Override
        public String mediaType() {
            return "image/png";
        }
    }

    /** With loss; the recipe is in the file, too. */
    record Jpeg(int quality) implements Format {
        public Jpeg {
            if (quality < 1 || quality > MOST_QUALITY) {
                throw new InputException(
                        "quality", "`quality` " + quality + " of a JPEG picture", "choose 1 to " + MOST_QUALITY);
            }
        }

        @Override
        public String mediaType() {
            return "image/jpeg";
        }
    }
}
