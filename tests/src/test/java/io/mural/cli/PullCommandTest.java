package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Recipe;
import io.mural.hub.StubHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural pull} and {@code mural models} as processes, and pictures by what was pulled. */
@Tag("full")
class PullCommandTest {
    private static final String TINY = "black-forest-labs/FLUX.1-tiny";

    @TempDir
    private Path folder;

    private final StubHub hub = new StubHub();
    private Map<String, String> environment;

    @BeforeEach
    void publish() throws IOException {
        environment = Map.of("HF_HUB_CACHE", folder.resolve("hub").toString(), "HF_ENDPOINT", hub.address());
        hub.add(TINY, MuralProcess.GOLDENS.resolve("flux1-tiny"));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private MuralProcess.Result mural(String... args) {
        return new MuralProcess(folder).run("", environment, args);
    }

    @Test
    void aPulledModelMakesPicturesByItsName() {
        var before = mural("generate", "a sea", "--model", TINY, "--size", "32x32", "--steps", "1", "-o", "a.png");
        assertThat(before.exit()).isEqualTo(2);
        assertThat(before.err()).singleElement().asString().contains("'mural pull " + TINY + "' downloads it");

        var pulled = mural("pull", TINY);
        assertThat(pulled.exit()).as("%s", pulled.err()).isZero();
        assertThat(pulled.lines())
                .containsExactly(folder.resolve("hub/models--black-forest-labs--FLUX.1-tiny/snapshots")
                        .resolve(StubHub.COMMIT)
                        .toString());
        int asked = hub.requests().size();

        var made = mural("generate", "a sea", "--model", TINY, "--size", "32x32", "--steps", "1", "-o", "a.png");
        assertThat(made.exit()).as("%s", made.err()).isZero();
        assertThat(made.err().getFirst()).startsWith("FLUX.1-tiny: 32x32");
        assertThat(hub.requests()).hasSize(asked);
        var recipe = Recipe.read(folder.resolve("a.png"));
        assertThat(recipe.model().path()).hasValue(Path.of(TINY + "@" + StubHub.COMMIT));
        var again = mural("generate", "--from", "a.png", "-o", "b.png");
        assertThat(again.exit()).as("%s", again.err()).isZero();
        assertThat(folder.resolve("b.png")).hasSameBinaryContentAs(folder.resolve("a.png"));

        assertThat(mural("models").lines()).singleElement().asString().startsWith(TINY + "\t");
        assertThat(mural("models", "du").lines()).hasSize(2);
        assertThat(mural("models", "rm", TINY).exit()).isZero();
        assertThat(mural("models").lines()).isEmpty();
        assertThat(mural("models", "rm", TINY).err())
                .singleElement()
                .asString()
                .contains("not among the pulled models");
    }

    /** However a pull is ended, the next one goes on, and nothing half done has a name. */
    @Test
    void aKilledPullGoesOn() throws IOException, InterruptedException {
        var bytes = new byte[40 << 20];
        new Random(1).nextBytes(bytes);
        hub.add("org/large", "large.safetensors", bytes);
        hub.slow(20_000); // 40 MiB in about a second over two connections
        var model = folder.resolve("hub/models--org--large");
        for (int kill = 0; kill < 3; kill++) {
            var process = new MuralProcess(folder) //
                    .start(environment, folder.resolve("err"), "pull", "org/large");
            int before = hub.requests().size();
            while (hub.requests().size() < before + 4 && process.isAlive()) {
                Thread.sleep(20);
            }
            if (kill == 2) {
                process.destroy();
            } else {
                process.destroyForcibly();
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(model.resolve("refs/main")).doesNotExist();
        }
        hub.slow(0);
        var pulled = mural("pull", "org/large");
        assertThat(pulled.exit()).as("%s", pulled.err()).isZero();
        assertThat(Path.of(pulled.out().strip())).hasBinaryContent(bytes);
        try (var blobs = Files.list(model.resolve("blobs"))) {
            assertThat(blobs).hasSize(1);
        }
    }

    @Test
    void faultsAreOneLine() {
        var absent = mural("pull", "org/absent");
        assertThat(absent.exit()).isEqualTo(1);
        assertThat(absent.err()).singleElement().asString().startsWith("mural: org/absent: is not at ");
        var name = mural("pull", "absent");
        assertThat(name.exit()).isEqualTo(2);
        assertThat(name.err()).singleElement().asString().contains("name it as ORG/NAME");
    }
}
