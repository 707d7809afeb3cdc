package io.mural.model.image.video;

import io.mural.model.image.ApngFile;
import io.mural.model.image.FrameSink;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Files of clips, each as its name says: {@code .mp4}, {@code .png} (animated), {@code .gif}, {@code .y4m}, or pictures
 * of all frames in a folder or under a numbered name such as {@code x-%04d.png}. A file appears whole or not at all; of
 * pictures every finished one stays.
 */
public final class VideoFile {
    private static final String NAMES =
            ".mp4, .png, .gif, .y4m, a name with a number such as frame-%04d.png, or a folder";

    private VideoFile() {}

    /** What a name asks for. */
    public enum Kind {
        MP4,
        APNG,
        GIF,
        Y4M,
        FRAMES
    }

    /** By the name's end; {@link InputException} for other names. */
    public static Kind kind(Path file) {
        var name = file.getFileName() == null ? "" : file.getFileName().toString();
        if (Files.isDirectory(file) || !name.contains(".") || name.matches(".*%0?\\d*d.*\\.png")) {
            return Kind.FRAMES;
        }
        var end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (end) {
            case "mp4" -> Kind.MP4;
            case "png", "apng" -> Kind.APNG;
            case "gif" -> Kind.GIF;
            case "y4m" -> Kind.Y4M;
            default -> throw new InputException(file + ": no kind of video has this name; give " + NAMES);
        };
    }

    /** Whether a place can be written, so far as can be told beforehand. */
    public static void check(Path file) {
        if (kind(file) == Kind.FRAMES) {
            var folder = frame(file, 0).toAbsolutePath().getParent();
            WholeFile.check(Files.isDirectory(folder) ? frame(file, 0) : folder);
        } else {
            WholeFile.check(file);
        }
    }

    /** @param frames gives all frames to the sink */
    public static void write(Path file, Clip clip, Consumer<FrameSink> frames) {
        switch (kind(file)) {
            case FRAMES -> pictures(file, clip, frames);
            case MP4 ->
                whole(file, channel -> {
                    var writer = new Mp4Writer(channel, clip);
                    frames.accept(writer);
                    writer.finish();
                });
            case APNG ->
                whole(file, channel -> {
                    var out = Channels.newOutputStream(channel);
                    var writer =
                            new ApngFile(out, clip.width(), clip.height(), clip.frames(), clip.fps(), clip.texts());
                    frames.accept(writer);
                    writer.finish();
                });
            case GIF ->
                whole(file, channel -> {
                    var out = new BufferedOutputStream(Channels.newOutputStream(channel));
                    var writer = new GifWriter(out, clip);
                    frames.accept(writer);
                    writer.finish();
                    out.flush();
                });
            case Y4M -> whole(file, channel -> stream(Channels.newOutputStream(channel), clip, frames));
        }
    }

    /** The clip as YUV4MPEG2 into a stream, such as a pipe to another program. */
    public static void stream(OutputStream out, Clip clip, Consumer<FrameSink> frames) throws IOException {
        var writer = new Y4mWriter(out, clip);
        frames.accept(writer);
        writer.finish();
    }

    private interface Body {
        void writeTo(FileChannel channel) throws IOException;
    }

    private static void whole(Path file, Body body) {
        WholeFile.write(file, channel -> {
            try {
                body.writeTo(channel);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    private static void pictures(Path place, Clip clip, Consumer<FrameSink> frames) {
        int[] number = {0};
        try {
            Files.createDirectories(frame(place, 0).toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new InputException(place + ": cannot be made: " + Shown.reason(e), e);
        }
        frames.accept(frame -> picture(frame(place, number[0]++), frame, clip));
    }

    private static void picture(Path file, RgbImage frame, Clip clip) {
        try {
            PngFile.write(file, frame, clip.texts());
        } catch (InputException e) {
            throw new InputException(e.getMessage() + "; the frames before it are kept, and `resume` goes on", e);
        }
    }

    /** The name of a frame, counted from 0. */
    private static Path frame(Path place, int number) {
        var name = place.getFileName() == null ? "" : place.getFileName().toString();
        return name.endsWith(".png")
                ? place.resolveSibling(String.format(Locale.ROOT, name, number))
                : place.resolve(String.format(Locale.ROOT, "frame-%05d.png", number));
    }
}
