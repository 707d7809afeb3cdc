package io.mural.server.http;

import io.mural.weights.text.Json;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes JSON to a stream piece by piece, so that pictures in it are never held as text. */
public final class JsonText {
    private JsonText() {}

    /** Bytes that stand in JSON as a text in base64. */
    public interface Binary {
        void writeTo(OutputStream out) throws IOException;
    }

    /** @param value as {@link Json#write} takes it, with {@link Binary} anywhere in it */
    public static void write(OutputStream out, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> map -> {
                String before = "{";
                for (var entry : map.entrySet()) {
                    text(out, before + leaf(entry.getKey()) + ":");
                    write(out, entry.getValue());
                    before = ",";
                }
                text(out, map.isEmpty() ? "{}" : "}");
            }
            case Iterable<?> items -> {
                String before = "[";
                for (var item : items) {
                    text(out, before);
                    write(out, item);
                    before = ",";
                }
                text(out, before.equals("[") ? "[]" : "]");
            }
            case Binary binary -> {
                text(out, "\"");
                try (var base64 = Base64.getEncoder().wrap(new Open(out))) {
                    binary.writeTo(base64);
                }
                text(out, "\"");
            }
            case null -> text(out, "null");
            default -> text(out, leaf(value));
        }
    }

    private static String leaf(Object value) {
        var list = Json.write(List.of(value));
        return list.substring(1, list.length() - 1);
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The encoder ends with close; what it writes to goes on. */
    private static final class Open extends FilterOutputStream {
        Open(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
