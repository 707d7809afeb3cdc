package io.mural.train.data;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pictures below a folder, in the order of their names, with their captions: of {@code name.txt}, whose lines are
 * alternatives, else of {@code metadata.jsonl} ({@code file_name}, {@code text}), else one for all. A {@code
 * name.mask.png} is the mask of the picture {@code name}.
 */
public final class PictureFolder {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif", "webp");
    private static final String MASK = ".mask.png";
    private static final String METADATA = "metadata.jsonl";
    /** Of a file of captions. */
    private static final int MOST_BYTES = 256 << 20;

    private static final int NAMED = 3;

    private PictureFolder() {}

    /**
     * Reads the folder; {@link InputException} when there is no picture or a picture has no caption.
     *
     * @param caption for pictures without one of their own
     * @param trigger put in front of captions that lack it, and in place of {@code [trigger]}
     */
    public static List<Example> read(Path folder, Optional<String> caption, Optional<String> trigger) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder + ": no such folder of pictures");
        }
        var pictures = pictures(folder);
        if (pictures.isEmpty()) {
            throw new InputException(folder + " holds no pictures ("
                    + String.join(", ", ENDINGS.stream().sorted().toList()) + ")");
        }
        var texts = metadata(folder);
        var examples = new ArrayList<Example>();
        var bare = new ArrayList<String>();
        for (var picture : pictures) {
            var captions = captions(picture, folder, texts, caption);
            if (captions.isEmpty()) {
                bare.add(folder.relativize(picture).toString());
            } else {
                examples.add(new Example(
                        picture,
                        captions.stream().map(text -> triggered(text, trigger)).toList(),
                        Optional.of(beside(picture, MASK)).filter(Files::isRegularFile)));
            }
        }
        if (!bare.isEmpty()) {
            throw new InputException(folder + ": " + bare.size() + " pictures have no caption ("
                    + String.join(", ", bare.subList(0, Math.min(NAMED, bare.size())))
                    + (bare.size() > NAMED ? ", ..." : "") + "); put a .txt of the same name beside each, or give one"
                    + " caption for all");
        }
        return examples;
    }

    private static List<Path> pictures(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> ENDINGS.contains(ending(file)))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(file -> !file.toString().endsWith(MASK))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InputException(folder + " cannot be read: " + Shown.reason(e), e);
        }
    }

    private static String ending(Path file) {
        var name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** A file of a picture's name with another ending. */
    private static Path beside(Path picture, String ending) {
        var name = picture.getFileName().toString();
        return picture.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
    }

    private static List<String> captions(
            Path picture, Path folder, Map<String, String> texts, Optional<String> caption) {
        var text = beside(picture, ".txt");
        if (Files.isRegularFile(text)) {
            return text(text)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
        var named = texts.get(folder.relativize(picture).toString().replace('\\', '/'));
        return named != null ? List.of(named) : caption.map(List::of).orElse(List.of());
    }

    private static Map<String, String> metadata(Path folder) {
        var file = folder.resolve(METADATA);
        Map<String, String> texts = new LinkedHashMap<>();
        if (Files.isRegularFile(file)) {
            int line = 0;
            for (var json : text(file).lines().toList()) {
                line++;
                if (!json.isBlank()) {
                    JsonObject entry = Json.parse(file + " line " + line, json);
                    texts.put(entry.string("file_name"), entry.string("text"));
                }
            }
        }
        return texts;
    }

    private static String text(Path file) {
        try {
            return SmallFile.text(file, MOST_BYTES);
        } catch (CharacterCodingException e) {
            throw new InputException(file + " is not in UTF-8; save it in that encoding", e);
        } catch (IOException e) {
            throw new InputException(file + " cannot be read: " + Shown.reason(e), e);
        }
    }

    private static String triggered(String caption, Optional<String> trigger) {
        if (trigger.isEmpty()) {
            return caption;
        }
        var replaced = caption.replace("[trigger]", trigger.get());
        return replaced.contains(trigger.get()) ? replaced : trigger.get() + ", " + replaced;
    }
}
