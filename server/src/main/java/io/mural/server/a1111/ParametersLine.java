package io.mural.server.a1111;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The text that stands in pictures under {@code parameters}, taken apart. */
final class ParametersLine {
    private static final Pattern PAIR = Pattern.compile("\\s*([\\w ]+):\\s*(\"(?:\\\\.|[^\\\\\"])*\"|[^,]*)(?:,|$)");
    private static final String NEGATIVE = "Negative prompt: ";

    private ParametersLine() {}

    /** Prompt, negative prompt, and the pairs of the last line; nothing where the text is empty. */
    static Map<String, String> of(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        if (text.isEmpty()) {
            return parts;
        }
        int end = text.lastIndexOf('\n');
        var head = end < 0 ? "" : text.substring(0, end);
        int negative = head.indexOf(NEGATIVE);
        parts.put("Prompt", negative < 0 ? head : head.substring(0, negative).strip());
        parts.put("Negative prompt", negative < 0 ? "" : head.substring(negative + NEGATIVE.length()));
        var pairs = PAIR.matcher(text.substring(end + 1));
        while (pairs.find()) {
            parts.put(pairs.group(1).strip(), pairs.group(2));
        }
        return parts;
    }
}
