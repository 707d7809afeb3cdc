package io.mural.cli.generate;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The picture that image to image starts from.
 *
 * @param sha256 of the file, to notice when another has taken its place
 */
record InitImage(Path file, double strength, String sha256) {
    static InitImage of(Path file, double strength) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return new InitImage(file, strength, HexFormat.of().formatHex(digest));
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read; --init-image takes a PNG or JPEG picture", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
