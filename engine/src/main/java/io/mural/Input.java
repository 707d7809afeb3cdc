package io.mural;

import io.mural.model.image.ImageFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.UserPicture;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** A picture that the user gives: PNG, JPEG, BMP or GIF. */
public sealed interface Input {
    /** A picture in a file. */
    static Input of(Path file) {
        return new InFile(file, file);
    }

    /**
     * A picture in a file that recipes and messages call otherwise.
     *
     * @param name such as {@code upload-1.png}
     */
    static Input of(String name, Path file) {
        return new InFile(Path.of(name), file);
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

    /** The same, called otherwise. */
    Input called(Path name);

    /** The bytes of the file. */
    byte[] bytes();

    /** As its samples stand in the file, without profile and transparency. */
    RgbImage read();

    /** As models use it: upright, in sRGB, on white. */
    UserPicture.Read asUsed();

    /**
     * The mask that this picture's transparency is, as OpenAI's and LangChain4j's interfaces have masks: white, which is
     * painted anew ({@link Request.Builder#mask}), where this picture is transparent. Empty where it is opaque everywhere.
     */
    default Optional<Input> transparency() {
        var name = path().toString();
        return ImageFile.alpha(name, bytes())
                .filter(opacity -> !opacity.isWhite())
                .map(opacity -> of(name, opacity.inverted().toPng()));
    }

    /** SHA-256 of the file, in hexadecimal digits. */
    default String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * A picture in a file.
     *
     * @param path what it is called
     * @param file where it is
     */
    record InFile(Path path, Path file) implements Input {
        private static final int PIECE = 1 << 16;

        @Override
        public Input called(Path name) {
            return new InFile(name, file);
        }

        /** Piece by piece: a picture may be larger than memory. */
        @Override
        public String sha256() {
            requireFile();
            try (var in = Files.newInputStream(file)) {
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
            if (Files.exists(file) && !Files.isRegularFile(file)) {
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
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        @Override
        public RgbImage read() {
            return ImageFile.read(file);
        }

        @Override
        public UserPicture.Read asUsed() {
            var picture = UserPicture.of(path.toString(), file);
            return new UserPicture.Read(picture.image(), picture.notes());
        }
    }

    /** A picture in memory. */
    record InMemory(Path path, byte[] bytes) implements Input {
        @Override
        public Input called(Path name) {
            return new InMemory(name, bytes);
        }

        @Override
        public RgbImage read() {
            return ImageFile.read(path.toString(), bytes);
        }

        @Override
        public UserPicture.Read asUsed() {
            return UserPicture.read(path.toString(), bytes);
        }
    }
}
