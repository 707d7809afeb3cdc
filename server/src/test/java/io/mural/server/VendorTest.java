package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The libraries of the page are the files that their script made, in the versions that NOTICE and licences speak of. */
class VendorTest {
    private static final Path VENDOR = Path.of("src/main/resources/io/mural/server/studio/vendor");

    @Test
    void filesHaveTheirHashes() throws Exception {
        var lines = Files.readAllLines(VENDOR.resolve("sha256.txt"));
        assertThat(lines).hasSize(2);
        for (var line : lines) {
            var hash =
                    MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(VENDOR.resolve(line.substring(66))));
            assertThat(HexFormat.of().formatHex(hash)).as(line).isEqualTo(line.substring(0, 64));
        }
    }

    @Test
    void versionsAreNamedWhereTheyBelong() throws Exception {
        var script = Files.readString(VENDOR.resolve("vendor.sh"));
        var notice = Files.readString(Path.of("../NOTICE"));
        for (var line : Files.readAllLines(VENDOR.resolve("versions.txt"))) {
            var words = line.split(" ");
            assertThat(words).hasSize(3);
            assertThat(words[2]).startsWith("sha512-");
            assertThat(script).contains(words[0] + "@" + words[1]);
            assertThat(notice.toLowerCase(java.util.Locale.ROOT)).contains("(" + words[0] + ")");
            assertThat(VENDOR.resolve(words[0] + ".LICENSE")).content().contains("Copyright");
        }
    }
}
