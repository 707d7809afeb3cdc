package io.mural.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this module itself makes comes out the same twice; jars and archives are Maven's, which keeps their times. */
@Tag("full")
class ReproducibleTest {
    @TempDir
    Path folder;

    private static Map<String, String> sums(Path folder) throws Exception {
        Map<String, String> sums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                sums.put(
                        folder.relativize(file).toString(),
                        Checksums.sha256(file) + " " + Files.getLastModifiedTime(file));
            }
        }
        return sums;
    }

    @Test
    void theImageIsTheSameWhenItIsMadeAgain() throws Exception {
        var image = Unpacked.target("image");
        var before = sums(image);
        Image.main(
                new String[] {Unpacked.target("mural").toString(), image.toString(), System.getProperty("release.time")
                });
        var after = sums(image);
        assertThat(after.keySet())
                .isEqualTo(before.keySet())
                .anyMatch(name -> name.startsWith("compute-"))
                .contains("runtime/lib/modules")
                // The JVM's class caches are the same in most builds, and nobody says that they must be.
                .allMatch(name -> name.endsWith(".aot") || after.get(name).equals(before.get(name)));
    }

    @Test
    void theTextsAreTheSameWhenTheyAreMadeAgain() throws IOException {
        var pages = folder.resolve("pages");
        Texts.main(new String[] {"..", folder.resolve("mural").toString(), pages.toString()});
        for (var made : new Path[] {folder.resolve("mural/bin"), folder.resolve("mural/completions"), pages}) {
            var first = Unpacked.target(
                    made.equals(pages) ? "pages" : "mural/" + made.getFileName().toString());
            try (Stream<Path> files = Files.list(made)) {
                assertThat(files)
                        .isNotEmpty()
                        .allSatisfy(file -> assertThat(file)
                                .hasSameBinaryContentAs(
                                        first.resolve(file.getFileName().toString())));
            }
        }
    }
}
