package io.mural.weights.text;

import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;

/** How names and values out of files appear in messages: on one line, of bounded length, whatever the file holds. */
public final class Shown {
    private static final int MAX_LENGTH = 160;

    /** They only choose between forms of letters and join emoji. */
    private static final String JOINERS = "\u200c\u200d";

    private Shown() {}

    /** The text with control characters escaped, cut when long. */
    public static String text(String text) {
        var out = new StringBuilder();
        text.codePoints().limit(MAX_LENGTH).forEach(c -> {
            int type = Character.getType(c);
            boolean plain = type != Character.CONTROL
                    && (type != Character.FORMAT || JOINERS.indexOf(c) >= 0)
                    && type != Character.SURROGATE
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            if (plain) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format("\\u%04x", c));
            }
        });
        return text.codePointCount(0, text.length()) > MAX_LENGTH
                ? out.append("...").toString()
                : out.toString();
    }

    /** The text in double quotes. */
    public static String quoted(String text) {
        return '"' + text(text) + '"';
    }

    /** The first few of the names, and how many there are besides. */
    public static String few(Collection<String> names) {
        String first = names.stream().limit(3).map(Shown::text).collect(Collectors.joining(", "));
        return names.size() > 3 ? first + " and " + (names.size() - 3) + " more" : first;
    }

    public static String shape(long... shape) {
        return Arrays.toString(shape);
    }

    /** Why the operating system refused, in words. */
    public static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "another file has that name";
            case NotDirectoryException _ -> "not a folder";
            case CharacterCodingException _ -> "not in UTF-8";
            case FileSystemException f when f.getReason() != null -> text(f.getReason());
            default -> text(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        };
    }
}
