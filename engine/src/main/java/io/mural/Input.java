package io.mural;

import io.mural.model.image.ImageFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A picture that the user gives: PNG, JPEG, BMP or GIF. */
public sealed interface Input {
    /** A picture in a file. */
    static Input of(Path file) {
        return new InFile(file);
    }

    /**
     * A picture in memory.
     *
     * @param name what recipes and messages call it, such as {@code upload-1.png}
     * @param data a file's bytes
     */
    static Input of(String name, byte[] data) {
        return new InMemory(Path.of(name), data);
    }

    /** Where it is; for a picture in memory its name. */
    Path path();

    /** The bytes of the file. */
    byte[] bytes();

    RgbImage read();

    /** SHA-256 of the file, in hexadecimal digits. */
    default String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A picture in a file. */
    record InFile(Path path) implements Input {
        private static final int PIECE = 1 << 16;

        /** Piece by piece: a picture may be larger than memory. */
        @Override
        public String sha256() {
            requireFile();
            try (var in = Files.newInputStream(path)) {
                var digest = MessageDigest.getInstance("SHA-256");
                for (var piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
                    digest.update(piece);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (IOException e) {
                throw unreadable(e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        private void requireFile() {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new InputException(path + ": is not a file; expected a PNG or JPEG picture");
            }
        }

        private InputException unreadable(IOException e) {
            var fault = e instanceof NoSuchFileException ? "there is no such file" : "cannot be read";
            return new InputException(path + ": " + fault + "; expected a PNG or JPEG picture", e);
        }

        @Override
        public byte[] bytes() {
            requireFile();
            try {
                return Files.readAllBytes(path);
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        @Override
        public RgbImage read() {
            return ImageFile.read(path);
        }
    }

    /** A picture in memory. */
    record InMemory(Path path, byte[] bytes) implements Input {
        @Override
        public RgbImage read() {
            return ImageFile.read(path.toString(), bytes);
        }
    }
}
