package io.mural.engine.hub;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model on the hub as users write it, {@code ORG/NAME[@REVISION][:FILE]}. A name with a whole commit may also have its
 * file behind a slash, {@code ORG/NAME@COMMIT/FILE}: so recipes spell it, as a path of any system.
 *
 * @param revision branch, tag or commit; {@code main} where none is written
 * @param file a single file in it, with slashes
 */
public record HubName(String owner, String name, String revision, Optional<String> file) {
    private static final String MAIN = "main";
    private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?";
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern WRITTEN =
            Pattern.compile("(" + PART + ")/(" + PART + ")(?:@(" + COMMIT + "(?=/)|[A-Za-z0-9._/-]+))?(?:[:/](.+))?");
    private static final Pattern UNSAFE = Pattern.compile(".*(\\.\\.|--).*");
    private static final Pattern SNAPSHOT =
            Pattern.compile("(?:.*/)?models--(" + PART + ")--(" + PART + ")/snapshots/(" + COMMIT + ")(?:/(.+))?");

    /** The name in a text; empty where it is none. */
    public static Optional<HubName> of(String text) {
        var match = WRITTEN.matcher(text.replace('\\', '/'));
        if (!match.matches()
                || UNSAFE.matcher(match.group(1) + "/" + match.group(2)).matches()) {
            return Optional.empty();
        }
        var revision = Optional.ofNullable(match.group(3)).orElse(MAIN);
        var file = Optional.ofNullable(match.group(4));
        boolean slash = file.isPresent() && match.group().charAt(match.start(4) - 1) == '/';
        // ORG/NAME/FILE is a path like any other; only a commit makes the slash clear.
        boolean clear = !slash || COMMIT.matcher(revision).matches();
        return clear && isSafe(revision) && file.map(HubName::isSafe).orElse(true)
                ? Optional.of(new HubName(match.group(1), match.group(2), revision, file))
                : Optional.empty();
    }

    /** The name of a file or folder in a cache; empty where the path leads elsewhere. */
    public static Optional<HubName> of(Path path) {
        var match = SNAPSHOT.matcher(path.toString().replace('\\', '/'));
        return match.matches()
                ? Optional.of(new HubName(
                        match.group(1), match.group(2), match.group(3), Optional.ofNullable(match.group(4))))
                : Optional.empty();
    }

    /** Whether a path of the hub stays below its folder on every system. */
    static boolean isSafe(String path) {
        for (var part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return path.codePoints().noneMatch(c -> c == '\\' || c == ':' || c < ' ');
    }

    /** {@code ORG/NAME}. */
    public String repository() {
        return owner + "/" + name;
    }

    /** The model's folder in a cache. */
    String folder() {
        return "models--" + owner + "--" + name;
    }

    boolean isPinned() {
        return COMMIT.matcher(revision).matches();
    }

    HubName at(String otherRevision) {
        return new HubName(owner, name, otherRevision, file);
    }

    /** As users write it. */
    @Override
    public String toString() {
        return repository()
                + (revision.equals(MAIN) ? "" : "@" + revision)
                + file.map(path -> ":" + path).orElse("");
    }

    /** As recipes spell it: with the commit, and so that it is a path on every system. */
    public String recorded() {
        return repository() + "@" + revision + file.map(path -> "/" + path).orElse("");
    }
}
