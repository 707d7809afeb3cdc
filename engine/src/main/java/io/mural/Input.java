package io.mural;

import io.mural.model.image.ImageFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
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
        @Override
        public byte[] bytes() {
            try {
                if (Files.exists(path) && !Files.isRegularFile(path)) {
                    throw new InputException(path + ": is not a file; `init-image` takes a PNG or JPEG picture");
                }
                return Files.readAllBytes(path);
            } catch (IOException e) {
                throw new InputException(path + ": cannot be read; `init-image` takes a PNG or JPEG picture", e);
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
