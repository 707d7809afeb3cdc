package io.mural.cli.preview;

import io.mural.cli.console.Terminal;
import io.mural.engine.text.Words;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;

/** How pictures are shown in a terminal. */
public enum TerminalPictures {
    /** Kitty's graphics protocol, which Ghostty and WezTerm know, too. */
    KITTY {
        @Override
        String encoded(RgbImage image, int columns) {
            return KittyEncoder.encoded(fitted(image, MOST_PIXELS));
        }
    },
    /** DEC's sixels. */
    SIXEL {
        @Override
        String encoded(RgbImage image, int columns) {
            return SixelEncoder.encoded(fitted(image, MOST_PIXELS));
        }
    },
    /** A character for two pixels, in colours of 24 bits. */
    BLOCKS {
        @Override
        String encoded(RgbImage image, int columns) {
            return HalfBlocks.encoded(fitted(image, Math.clamp(columns - 1, 1, MOST_COLUMNS)));
        }
    };

    private static final int MOST_PIXELS = 384;
    private static final int MOST_COLUMNS = 64;

    /** The picture in bytes for the terminal, without an end of line. */
    abstract String encoded(RgbImage image, int columns);

    /** Shows a picture in place of a line that is drawn again and again. */
    public void show(RgbImage image, PrintWriter err) {
        if (Terminal.isInteractive()) {
            err.print(Terminal.ERASE_LINE);
        }
        err.println(encoded(image, Terminal.isInteractive() ? Terminal.width() : MOST_COLUMNS + 1));
        err.flush();
    }

    /**
     * What the terminal is known to show: by its name, as no answer of a terminal can be waited for.
     *
     * @param environment with {@code TERM} and what terminals set beside it
     */
    public static TerminalPictures of(Map<String, String> environment) {
        var term = environment.getOrDefault("TERM", "");
        var program = environment.getOrDefault("TERM_PROGRAM", "");
        if (term.contains("kitty")
                || term.contains("ghostty")
                || environment.containsKey("KITTY_WINDOW_ID")
                || program.equals("WezTerm")
                || program.equals("ghostty")) {
            return KITTY;
        }
        boolean sixels = term.contains("sixel") || term.startsWith("foot") || term.startsWith("mlterm")
                || program.equals("mintty");
        return sixels ? SIXEL : BLOCKS;
    }

    /** The picture of a word of {@code --preview}; empty for one that is none. */
    static Optional<TerminalPictures> named(String word) {
        for (var each : values()) {
            if (each.toString().equals(word)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** In its proportions, its longer side at most so many pixels. */
    private static RgbImage fitted(RgbImage image, int most) {
        int longer = Math.max(image.width(), image.height());
        if (longer <= most) {
            return image;
        }
        double scale = (double) most / longer;
        return Resize.lanczos(
                image,
                Math.max(1, (int) Math.round(image.width() * scale)),
                Math.max(1, (int) Math.round(image.height() * scale)));
    }

    @Override
    public String toString() {
        return Words.of(this);
    }
}
