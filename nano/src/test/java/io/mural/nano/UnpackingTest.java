package io.mural.nano;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackingTest {
    private static final Path MODELS = Path.of("../models");

    @TempDir
    private Path cache;

    private static Path unpacked(Path cache) {
        return Unpacking.of(NanoModel.class).into(cache);
    }

    @Test
    void theModelIsUnpackedOnceAndWhole() throws IOException {
        var folder = unpacked(cache);
        try (Stream<Path> files = Files.walk(MODELS)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertThat(folder.resolve(MODELS.relativize(file).toString())).hasSameBinaryContentAs(file);
            }
        }
        var index = folder.resolve("mural-nano/model_index.json");
        var before = Files.getLastModifiedTime(index);
        assertThat(unpacked(cache)).isEqualTo(folder);
        assertThat(Files.getLastModifiedTime(index)).isEqualTo(before);

        Files.writeString(index, "{");
        unpacked(cache);
        assertThat(index).hasSameBinaryContentAs(MODELS.resolve("mural-nano/model_index.json"));
        try (Stream<Path> left = Files.list(cache)) {
            assertThat(left).containsExactly(folder);
        }
    }

    @Test
    void severalAtOnceDoNotDisturbEachOther() throws InterruptedException {
        var folders = new ConcurrentLinkedQueue<Path>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> folders.add(unpacked(cache))));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(folders).hasSize(4).containsOnly(folders.peek());
    }

    @Test
    void everySystemHasItsPlaceForIt() {
        var home = Path.of("/home/me");
        assertThat(NanoModel.cache(Map.of(), "Linux", home)).isEqualTo(home.resolve(".cache"));
        assertThat(NanoModel.cache(Map.of("XDG_CACHE_HOME", "/c"), "Linux", home))
                .isEqualTo(Path.of("/c"));
        assertThat(NanoModel.cache(Map.of(), "Mac OS X", home)).isEqualTo(home.resolve("Library/Caches"));
        assertThat(NanoModel.cache(Map.of("LOCALAPPDATA", "/l"), "Windows 11", home))
                .isEqualTo(Path.of("/l"));
    }
}
