package io.mural.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** {@code SHA256SUMS}, which {@code sha256sum -c} reads. */
public final class Checksums {
    private Checksums() {}

    /** @param args the folder, and the names of the files in it */
    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        var folder = Path.of(args[0]);
        List<String> lines = new ArrayList<>();
        for (var name : List.of(args).subList(1, args.length)) {
            lines.add(sha256(folder.resolve(name)) + "  " + name);
        }
        Files.write(folder.resolve("SHA256SUMS"), lines);
    }

    static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
