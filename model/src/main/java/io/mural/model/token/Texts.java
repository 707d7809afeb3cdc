package io.mural.model.token;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Files and characters as all tokenizers need them. */
final class Texts {
    /** The largest published vocabularies are a few MiB. */
    private static final int MAX_BYTES = 64 << 20;

    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private Texts() {}

    /** All bytes of a tokenizer's file. */
    static byte[] read(Path file) {
        try {
            return SmallFile.bytes(file, MAX_BYTES);
        } catch (NoSuchFileException e) {
            throw new InputException(file + ": cannot be read: no such file", e);
        } catch (AccessDeniedException e) {
            throw new InputException(file + ": cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    /** The text of a UTF-8 file. */
    static String readText(Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(read(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": not valid UTF-8 text", e);
        }
    }

    /** UTF-8, where half a surrogate pair becomes the replacement character. */
    static byte[] utf8(String text) {
        try {
            var bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(text));
            return Arrays.copyOfRange(bytes.array(), 0, bytes.limit());
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("an encoder that replaces cannot fail", e);
        }
    }

    /** How many bytes the UTF-8 character takes that begins at {@code at}; never more than there are. */
    static int characterLength(byte[] utf8, int at) {
        int leadingOnes = Integer.numberOfLeadingZeros(~(utf8[at] << 24));
        int length = leadingOnes < 2 ? 1 : Math.min(leadingOnes, 4);
        return Math.min(length, utf8.length - at);
    }

    /** Unicode's White_Space, which {@link Character#isWhitespace(int)} is not. */
    static boolean isWhiteSpace(int c) {
        return c == ' '
                || c >= '\t' && c <= '\r'
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200A
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }
}
