package io.mural.model.image;

import ar.com.hjg.pngj.ImageInfo;
import ar.com.hjg.pngj.ImageLineByte;
import ar.com.hjg.pngj.PngReader;
import ar.com.hjg.pngj.PngWriter;
import ar.com.hjg.pngj.PngjException;
import ar.com.hjg.pngj.chunks.PngChunkTextVar;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** PNG files: written whole or not at all, with texts beside the picture. */
public final class PngFile {
    private static final int BITS = 8;

    private PngFile() {}

    /**
     * Writes a picture beside its place and moves it there when it is complete.
     *
     * @param texts keyword to text, in order
     */
    public static void write(Path file, RgbImage image, Map<String, String> texts) {
        var folder = file.toAbsolutePath().getParent();
        Path unfinished = null;
        try {
            unfinished = Files.createTempFile(folder, "." + file.getFileName(), ".part");
            encode(unfinished, image, texts);
            publish(unfinished, file);
        } catch (IOException | UncheckedIOException | PngjException e) {
            throw new InputException(file + " cannot be written: " + reason(e) + "; choose another place with -o", e);
        } finally {
            if (unfinished != null) {
                unfinished.toFile().delete();
            }
        }
    }

    private static void encode(Path file, RgbImage image, Map<String, String> texts) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            var info = new ImageInfo(image.width(), image.height(), BITS, false);
            var writer = new PngWriter(out, info);
            texts.forEach((keyword, text) -> writer.getMetadata().setText(keyword, text, isLatin1(text), false));
            var line = new ImageLineByte(info);
            for (int y = 0; y < image.height(); y++) {
                System.arraycopy(image.rgb(), y * image.width() * 3, line.getScanline(), 0, image.width() * 3);
                writer.writeRow(line, y);
            }
            writer.end();
        }
    }

    /** tEXt chunks are Latin-1 by definition; any other text goes to an iTXt chunk. */
    private static boolean isLatin1(String text) {
        return StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
    }

    private static void publish(Path unfinished, Path file) throws IOException {
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The texts of a PNG file by their keywords. */
    public static Map<String, String> texts(Path file) {
        try {
            var reader = new PngReader(file.toFile());
            try {
                reader.readSkippingAllRows();
                var texts = new LinkedHashMap<String, String>();
                for (var chunk : reader.getChunksList().getChunks()) {
                    if (chunk instanceof PngChunkTextVar text) {
                        texts.put(text.getKey(), text.getVal());
                    }
                }
                return texts;
            } finally {
                reader.close();
            }
        } catch (PngjException e) {
            throw new InputException(file + " is not a readable PNG file: " + reason(e), e);
        }
    }

    private static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> "the folder does not exist";
            case AccessDeniedException denied -> "permission denied";
            default ->
                e.getMessage() == null
                        ? e.getClass().getSimpleName()
                        : e.getMessage().lines().findFirst().orElse("");
        };
    }
}
