package io.mural.weights.text;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are read whole because they are small. What has no size, such as a pipe or a device, may have no end. */
public final class SmallFile {
    private SmallFile() {}

    /** All bytes; {@link InputException} when there are more than {@code most}. */
    public static byte[] bytes(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most);
            if (in.read() >= 0) {
                throw new InputException(
                        file + ": is larger than " + shown(most) + ", too much to be what is expected");
            }
            return bytes;
        }
    }

    /**
     * As {@link #bytes}, as text in UTF-8 without a byte order mark, which editors on Windows put before it;
     * {@link java.nio.charset.CharacterCodingException} when it is in another encoding.
     */
    public static String text(Path file, int most) throws IOException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes(file, most)))
                .toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static String shown(int bytes) {
        return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
    }
}
