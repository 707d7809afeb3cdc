package io.mural;

import io.mural.model.image.PictureSink;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/** Where a picture goes. PNG and rows go out as they come, so they may be larger than memory. */
public sealed interface Sink {
    /** Into the {@link Picture}. */
    static Sink memory() {
        return new Memory();
    }

    /** A PNG file that appears whole or not at all; one that is there is replaced. */
    static File png(Path file) {
        return file(file, Format.png());
    }

    /** A file of any format, as {@link #png}. */
    static File file(Path file, Format format) {
        return new File(file, format, false, Optional.of(file), Optional.empty());
    }

    /** A stream, which stays open. */
    static Sink stream(OutputStream out, Format format) {
        return new Stream(out, format);
    }

    /** Bands of rows, from top to bottom. */
    static Sink rows(PictureSink rows) {
        return new Rows(rows);
    }

    /** The {@link Picture} holds it. */
    record Memory() implements Sink {}

    /**
     * A file.
     *
     * @param resumed whether a picture of several levels goes on where an earlier run stopped: such a picture leaves a
     *     checkpoint beside the file until it is finished
     * @param home where the picture will be kept, from where its recipe sees the files it is made from; empty for one that
     *     goes to others, whose recipe tells their names alone
     * @param tiles the description, {@code NAME.dzi}, of a pyramid of tiles that is written as well, while the rows come
     */
    record File(Path path, Format format, boolean resumed, Optional<Path> home, Optional<Path> tiles) implements Sink {
        /** The same, going on where an earlier run for the same picture stopped, if it left a checkpoint. */
        public File resume() {
            return new File(path, format, true, home, tiles);
        }

        /** The same for a picture that goes to others: its recipe names models and pictures without their folders. */
        public File forOthers() {
            return new File(path, format, resumed, Optional.empty(), tiles);
        }

        /** The same for a picture that will be moved to another place. */
        public File keptAt(Path place) {
            return new File(path, format, resumed, Optional.of(place), tiles);
        }

        /** The same, cut into a Deep Zoom pyramid as well: {@code NAME.dzi} and beside it the folder {@code NAME_files}. */
        public File tiles(Path description) {
            return new File(path, format, resumed, home, Optional.of(description));
        }
    }

    /** A stream, which stays open. */
    record Stream(OutputStream out, Format format) implements Sink {}

    /** Bands of rows, from top to bottom. */
    record Rows(PictureSink rows) implements Sink {}
}
