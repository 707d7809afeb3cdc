package io.mural.engine.hub;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A file of a model, as the hub lists it.
 *
 * @param path below the model's folder, with slashes
 * @param size in bytes
 * @param hash of its contents, and the name of its blob: SHA-256 of large files, git's SHA-1 of others
 * @param large whether it stands in the hub's store of large files
 */
record HubFile(String path, long size, String hash, boolean large) {
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** An entry of a listing; nothing of it is believed unseen, because it becomes a path on this machine. */
    static HubFile of(JsonObject entry) {
        var path = entry.string("path");
        if (!HubName.isSafe(path)) {
            throw entry.error("path", "is " + Shown.quoted(path) + ", which is no path below a model's folder");
        }
        boolean large = entry.has("lfs");
        var hash = large ? entry.object("lfs").string("oid").replaceFirst("^sha256:", "") : entry.string("oid");
        long size = large ? entry.object("lfs").longInteger("size") : entry.longInteger("size");
        if (!(large ? SHA256 : SHA1).matcher(hash).matches() || size < 0) {
            throw new InputException(entry.source() + ": " + Shown.quoted(path) + " has the hash " + Shown.quoted(hash)
                    + " and the size " + size + ", which are none");
        }
        return new HubFile(path, size, hash, large);
    }

    /** What its hash is computed with; git hashes a line about the size first. */
    MessageDigest digest() {
        try {
            var digest = MessageDigest.getInstance(large ? "SHA-256" : "SHA-1");
            if (!large) {
                digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1 and SHA-256", e);
        }
    }

    boolean matches(byte[] digest) {
        return HexFormat.of().formatHex(digest).equals(hash);
    }

    /** Its name without the folders. */
    String last() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Its folder; empty at the top. */
    String folder() {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }
}
