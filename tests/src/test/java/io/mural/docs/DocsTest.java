package io.mural.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages, and the comments that name one, point to what is there. */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
    private static final Pattern DECISION = Pattern.compile("docs/decisions/(\\d{4})");

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (var page : pages()) {
            var matches = LINK.matcher(Files.readString(page));
            while (matches.find()) {
                var target = matches.group(1);
                if (target.contains("://")) {
                    continue;
                }
                links++;
                var file = target.isEmpty() ? page : page.resolveSibling(target);
                var anchor = matches.group(2);
                if (!Files.exists(file) || anchor != null && !anchors(file).contains(anchor)) {
                    broken.add(ROOT.relativize(page) + ": " + matches.group());
                }
            }
        }
        assertThat(links).isGreaterThan(10);
        assertThat(broken).isEmpty();
    }

    /** The headings of a page as links spell them: small letters and digits, a hyphen for each space, nothing else. */
    private static List<String> anchors(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void everyDecisionThatACommentNamesIsThere() throws IOException {
        List<String> numbers;
        try (Stream<Path> decisions = Files.list(ROOT.resolve("docs/decisions"))) {
            numbers = decisions
                    .map(file -> file.getFileName().toString().substring(0, 4))
                    .toList();
        }
        List<String> named = new ArrayList<>();
        for (var source : sources()) {
            DECISION.matcher(Files.readString(source)).results().forEach(match -> named.add(match.group(1)));
        }
        assertThat(named).isNotEmpty().isSubsetOf(numbers);
    }

    private static List<Path> sources() throws IOException {
        var sources = new ArrayList<Path>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (var main :
                    modules.map(module -> module.resolve("src/main/java")).toList()) {
                if (Files.isDirectory(main)) {
                    try (Stream<Path> files = Files.walk(main)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<Path>();
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .forEach(pages::add);
        }
        return pages;
    }
}
