package io.mural.model.image.video;

import io.mural.tensor.InputException;
import java.util.Map;

/**
 * What a video file says of its frames.
 *
 * @param fps frames a second
 * @param texts keyword to text, in order: what the clip was made from
 */
public record Clip(int width, int height, int frames, int fps, Map<String, String> texts) {
    public static final int MOST_FPS = 240;

    public Clip {
        if (fps < 1 || fps > MOST_FPS) {
            throw new InputException(fps + " frames a second: choose 1 to " + MOST_FPS);
        }
        if (width % 2 != 0 || height % 2 != 0) {
            throw new IllegalArgumentException("frames of " + width + " x " + height + " pixels; sides must be even");
        }
    }

    /** All texts, a line each. */
    String comment() {
        var lines = new StringBuilder();
        texts.forEach((keyword, text) -> lines.append(lines.isEmpty() ? "" : "\n")
                .append(keyword)
                .append(": ")
                .append(text));
        return lines.toString();
    }
}
