package io.mural.cli.config;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The user's own defaults and presets: lines {@code key = value}, where a key is an option without its dashes, under
 * headings {@code [COMMAND]} and {@code [preset NAME]}; what stands above the first heading holds for every command that
 * has the option.
 *
 * @param entries in the order of the file
 */
public record ConfigFile(Path path, boolean isThere, List<Entry> entries) {
    private static final Pattern HEADING = Pattern.compile("\\[([^\\[\\]]+)]");
    private static final Pattern ENTRY = Pattern.compile("([^=]+)=(.*)");
    private static final String PRESET = "preset ";
    private static final int MOST_BYTES = 1 << 20;

    /**
     * A line.
     *
     * @param section the heading it stands under; empty above the first
     * @param key an option's long name without dashes
     * @param line counted from 1
     */
    public record Entry(String section, String key, String value, int line) {
        public boolean isForAll() {
            return section.isEmpty();
        }

        public boolean isPreset() {
            return section.startsWith(PRESET);
        }

        /** Of a preset, its name. */
        public String preset() {
            return section.substring(PRESET.length()).strip();
        }
    }

    public ConfigFile {
        entries = List.copyOf(entries);
    }

    /**
     * {@code $XDG_CONFIG_HOME/mural/config}, else {@code ~/.config/mural/config}; a file that is not there says nothing.
     *
     * @throws InputException naming file and line, when a line is none of those it may have
     */
    public static ConfigFile of(Map<String, String> environment, Path home) {
        var given = environment.getOrDefault("XDG_CONFIG_HOME", "");
        // The specification has relative paths ignored.
        boolean absolute = !given.isEmpty() && Path.of(given).isAbsolute();
        return read((absolute ? Path.of(given) : home.resolve(".config")).resolve("mural").resolve("config"));
    }

    static ConfigFile read(Path path) {
        if (!Files.exists(path)) {
            return new ConfigFile(path, false, List.of());
        }
        var entries = new ArrayList<Entry>();
        var seen = new HashSet<String>();
        var section = "";
        int number = 0;
        for (var raw : lines(path)) {
            number++;
            var line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var heading = HEADING.matcher(line);
            var entry = ENTRY.matcher(line);
            if (heading.matches()) {
                section = heading.group(1).strip().replaceAll("\\s+", " ");
                if (section.equals(PRESET.strip())) {
                    throw fault(path, number, "[preset] needs a name, as in [preset draft]");
                }
            } else if (entry.matches()) {
                var key = entry.group(1).strip();
                if (!seen.add(section + "\n" + key)) {
                    throw fault(path, number, key + " is set a second time; keep one of the lines");
                }
                entries.add(new Entry(section, key, entry.group(2).strip(), number));
            } else {
                throw fault(path, number, "'" + line + "' is neither key = value nor [command] nor [preset name]");
            }
        }
        return new ConfigFile(path, true, entries);
    }

    private static List<String> lines(Path path) {
        try {
            if (!Files.isRegularFile(path) || Files.size(path) > MOST_BYTES) {
                throw new InputException(path + ": is no text file of key = value lines; mend it or move it away");
            }
            return Files.readAllLines(path);
        } catch (CharacterCodingException e) {
            throw new InputException(path + ": is not UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read; make it readable, or move it away", e);
        }
    }

    /** The names of all presets, in order. */
    List<String> presets() {
        return entries.stream()
                .filter(Entry::isPreset)
                .map(Entry::preset)
                .distinct()
                .toList();
    }

    InputException fault(Entry entry, String what) {
        return fault(path, entry.line(), what);
    }

    private static InputException fault(Path path, int line, String what) {
        return new InputException(path + ": line " + line + ": " + what);
    }
}
