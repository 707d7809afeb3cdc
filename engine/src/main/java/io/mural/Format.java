package io.mural;

import io.mural.tensor.InputException;

/** A format of picture files. */
public sealed interface Format {
    int MOST_QUALITY = 100;

    /** Without loss, with the recipe in the file. */
    static Format png() {
        return new Png(Byte.SIZE);
    }

    /** @param bits of a channel, 8 or 16; with 16 the file has the decoder's values, not widened ones */
    static Format png(int bits) {
        return new Png(bits);
    }

    /** @param quality 1 to 100 */
    static Format jpeg(int quality) {
        return new Jpeg(quality);
    }

    /** The media type, such as {@code image/png}. */
    String mediaType();

    /**
     * Without loss, with the recipe in the file.
     *
     * @param bits of a channel, 8 or 16
     */
    record Png(int bits) implements Format {
        public Png {
            if (bits != Byte.SIZE && bits != Short.SIZE) {
                throw new InputException("depth", "`depth` " + bits + " of a PNG picture", "choose 8 or 16");
            }
        }

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
