package io.mural.model.image;

import io.mural.model.image.PngChunks.Damaged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The texts of a PNG file: tEXt, zTXt and iTXt chunks. A small file cannot become a large text. */
final class PngTexts {
    /** Bytes of all compressed texts of a file, as libpng has it for one. */
    private static final int MAX_INFLATED = 8 << 20;
    /** Bytes of all texts as they stand in the file. */
    private static final int MAX_STORED = 64 << 20;

    private final Map<String, String> texts = new LinkedHashMap<>();
    private int inflated;
    private long stored;

    /** Of two texts of one keyword the later counts. */
    Map<String, String> all() {
        return texts;
    }

    static boolean isText(String type) {
        return type.equals("tEXt") || type.equals("zTXt") || type.equals("iTXt");
    }

    /** Adds the text of the chunk that is next to be read. */
    void add(PngChunks chunk) throws IOException {
        stored += chunk.length();
        if (stored > MAX_STORED) {
            throw new Damaged("its texts are longer than " + (MAX_STORED >> 20) + " MiB");
        }
        var type = chunk.type();
        var data = chunk.data();
        int end = end(data, 0, type);
        var keyword = new String(data, 0, end, StandardCharsets.ISO_8859_1);
        texts.put(
                keyword,
                switch (type) {
                    case "tEXt" -> new String(data, end + 1, data.length - end - 1, StandardCharsets.ISO_8859_1);
                    case "zTXt" -> new String(inflate(keyword, data, end + 2), StandardCharsets.ISO_8859_1);
                    default -> international(keyword, data, end + 1);
                });
    }

    /** Behind the keyword of iTXt: whether compressed, the method, a language, the keyword in it, the text. */
    private String international(String keyword, byte[] data, int from) throws IOException {
        int language = end(data, from + 2, "iTXt");
        int text = end(data, language + 1, "iTXt") + 1;
        var bytes = data[from] == 0 ? Arrays.copyOfRange(data, text, data.length) : inflate(keyword, data, text);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int end(byte[] data, int from, String type) throws IOException {
        for (int i = from; i < data.length; i++) {
            if (data[i] == 0) {
                return i;
            }
        }
        throw new Damaged("a chunk " + type + " holds no text");
    }

    private byte[] inflate(String keyword, byte[] data, int from) throws IOException {
        var inflater = new Inflater();
        try {
            inflater.setInput(data, Math.min(from, data.length), Math.max(0, data.length - from));
            var out = new ByteArrayOutputStream();
            var buffer = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new Damaged("the text \"" + keyword + "\" is cut short");
                }
                inflated += count;
                if (inflated > MAX_INFLATED) {
                    throw new Damaged("its compressed texts are longer than " + (MAX_INFLATED >> 20) + " MiB");
                }
                out.write(buffer, 0, count);
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new Damaged("the text \"" + keyword + "\" cannot be decompressed");
        } finally {
            inflater.end();
        }
    }
}
