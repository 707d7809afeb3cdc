package io.mural.hub;

import static io.mural.hub.StubHub.COMMIT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.mural.engine.hub.Holdings;
import io.mural.engine.hub.HubName;
import io.mural.engine.hub.HubSettings;
import io.mural.engine.hub.Pull;
import io.mural.engine.hub.PullListener;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pulls from a hub that redirects, cuts, lies, throttles and gates. */
@Tag("full")
class PullTest {
    private static final String MODEL = "org/model";
    private static final String WEIGHTS = "transformer/diffusion_pytorch_model.safetensors";
    /** As the hub redirects to it. */
    private static final String AT_STORE = "/" + MODEL + "/" + WEIGHTS;

    private static final int CHUNK = 10_000;

    @TempDir
    private Path home;

    private final StubHub hub = new StubHub();
    private int tries = 4;
    private Duration silence = Duration.ofSeconds(60);
    private final Map<String, String> environment = new HashMap<>();
    private final byte[] weights = random(95_000);

    @BeforeEach
    void publish() {
        environment.put("HF_ENDPOINT", hub.address());
        hub.add(MODEL, "model_index.json", "{}".getBytes(UTF_8));
        hub.add(MODEL, "README.md", "not read".getBytes(UTF_8));
        hub.add(MODEL, "flux.safetensors", random(50_000));
        hub.add(MODEL, WEIGHTS, weights);
        hub.add(MODEL, "transformer/diffusion_pytorch_model.fp16.safetensors", random(3000));
        hub.add(MODEL, "transformer/config.json", "{\"a\":1}".getBytes(UTF_8));
        hub.add(MODEL, "tokenizer/merges.txt", random(3000));
        hub.add(MODEL, "tokenizer/pytorch_model.bin", random(3000));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private HubSettings settings() {
        var usual = HubSettings.of(environment, home);
        var pace = new HubSettings.Pace(CHUNK, 4, Duration.ofMillis(1), tries, silence);
        return new HubSettings(usual.cache(), usual.endpoint(), usual.token(), usual.offline(), usual.proxies(), pace);
    }

    private Path pull(String name) {
        return new Pull(settings(), new Quiet()).run(HubName.of(name).orElseThrow());
    }

    private static class Quiet implements PullListener {
        @Override
        public void begins(HubName model, String commit, int files, long bytes, long missing) {}

        @Override
        public void file(String path, long size) {}

        @Override
        public void bytes(long count) {}

        @Override
        public void again(String path, long bytes) {}

        @Override
        public void waits(Duration time) {}

        @Override
        public void retries(String what, String reason, Duration pause) {}

        @Override
        public void waitsForOther(HubName model) {}
    }

    private Path folder() {
        return home.resolve(".cache/huggingface/hub/models--org--model");
    }

    private void requireWhole(Path snapshot) throws IOException {
        assertThat(snapshot.resolve(WEIGHTS)).hasBinaryContent(weights);
        try (Stream<Path> blobs = Files.list(folder().resolve("blobs"))) {
            assertThat(blobs.map(blob -> blob.getFileName().toString())).allMatch(name -> name.matches("[0-9a-f]+"));
        }
    }

    @Test
    void theCacheHasTheLayoutOfTheHubsOwnTools() throws IOException {
        var snapshot = pull(MODEL);
        assertThat(snapshot).isEqualTo(folder().resolve("snapshots").resolve(COMMIT));
        assertThat(folder().resolve("refs/main")).hasContent(COMMIT);
        assertThat(Files.readSymbolicLink(snapshot.resolve(WEIGHTS)))
                .isEqualTo(Path.of("../../../blobs").resolve(StubHub.hash(weights)));
        requireWhole(snapshot);
        assertThat(snapshot.resolve("transformer/config.json")).hasContent("{\"a\":1}");
        assertThat(snapshot.resolve("tokenizer/merges.txt")).exists();
        try (Stream<Path> files = Files.walk(snapshot)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(4);
        }
    }

    @Test
    void whatIsHereIsNotFetchedAgain() {
        pull(MODEL);
        long before = hub.requests().stream().filter(StubHub.Request::store).count();
        pull(MODEL);
        assertThat(hub.requests().stream().filter(StubHub.Request::store)).hasSize((int) before);
    }

    @Test
    void theTokenIsForTheHubAlone() throws IOException {
        var file = Files.createDirectories(home.resolve(".cache/huggingface")).resolve("token");
        Files.writeString(file, "hf_secret\n");
        hub.gate(MODEL, "hf_secret");
        requireWhole(pull(MODEL));
        assertThat(hub.requests()).anyMatch(StubHub.Request::store).allSatisfy(request -> {
            if (request.store()) {
                assertThat(request.authorization()).isNull();
            } else {
                assertThat(request.authorization()).isEqualTo("Bearer hf_secret");
            }
        });
    }

    @Test
    void chunksComeOverSeveralConnections() throws IOException {
        requireWhole(pull(MODEL));
        assertThat(hub.requests().stream()
                        .filter(request -> request.store() && request.path().contains(WEIGHTS))
                        .map(StubHub.Request::range))
                .hasSize(10)
                .contains("bytes=0-9999", "bytes=90000-94999");
    }

    @Test
    void aCutConnectionGoesOnWhereItWasCut() throws IOException {
        hub.fault(AT_STORE, StubHub.cutAfter(4000));
        requireWhole(pull(MODEL));
        assertThat(hub.requests())
                .anyMatch(request -> String.valueOf(request.range()).matches("bytes=\\d?4000-\\d+"));
    }

    @Test
    void aConnectionThatFallsSilentIsGivenUp() throws IOException {
        silence = Duration.ofMillis(300);
        tries = 10_000; // a busy machine is silent, too
        hub.fault(AT_STORE, (exchange, body) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-9999/95000");
            exchange.sendResponseHeaders(206, CHUNK);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(3000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        requireWhole(pull(MODEL));
    }

    @Test
    void aServerWithoutRangesGivesTheFileInOneGo() throws IOException {
        for (int i = 0; i < 4; i++) {
            hub.fault(AT_STORE, StubHub.whole());
        }
        hub.fault(AT_STORE, StubHub.cutAfter(30_000));
        hub.fault(AT_STORE, StubHub.whole());
        requireWhole(pull(MODEL));
    }

    @Test
    void aPullThatBreaksOffGoesOn() throws IOException {
        for (int i = 0; i < 40; i++) {
            hub.fault(AT_STORE, i % 3 == 0 ? StubHub.status(502) : StubHub.cutAfter(0));
        }
        assertThatThrownBy(() -> pull(MODEL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(WEIGHTS)
                .hasMessageContaining("pull it again later");
        assertThat(folder().resolve("refs")).doesNotExist();
        while (true) {
            try {
                requireWhole(pull(MODEL));
                return;
            } catch (InputException e) {
                assertThat(e).hasMessageContaining("breaks off");
            }
        }
    }

    @Test
    void chunksOfAnEarlierPullAreKept() throws IOException {
        var failing = new StubHub.Fault() {
            private int chunks;

            @Override
            public synchronized boolean answer(HttpExchange exchange, byte[] body) throws IOException {
                return ++chunks > 5 && StubHub.status(500).answer(exchange, body);
            }
        };
        for (int i = 0; i < 30; i++) {
            hub.fault(AT_STORE, failing);
        }
        assertThatThrownBy(() -> pull(MODEL)).isInstanceOf(InputException.class);
        int asked = hub.requests().size();
        long unfinished = new Holdings(settings().files()).models().getFirst().unfinished();
        assertThat(unfinished).isPositive();
        hub.drain(AT_STORE);
        requireWhole(pull(MODEL));
        assertThat(hub.requests().stream()
                        .skip(asked)
                        .filter(request -> request.path().contains(WEIGHTS) && request.store()))
                .hasSizeLessThan(10)
                .isNotEmpty();
    }

    @Test
    void otherBytesThanListedAreThrownAway() throws IOException {
        for (int i = 0; i < 10; i++) {
            hub.fault(AT_STORE, StubHub.other(bytes -> {
                bytes[41_000] ^= 1;
                return bytes;
            }));
        }
        assertThatThrownBy(() -> pull(MODEL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(WEIGHTS)
                .hasMessageContaining("another hash");
        hub.drain(AT_STORE);
        requireWhole(pull(MODEL));
    }

    @Test
    void smallFilesAreHashedAsGitDoes() throws IOException {
        hub.fault("resolve/" + COMMIT + "/transformer/config.json", (exchange, body) -> {
            var text = "{\"a\":2}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            return true;
        });
        assertThatThrownBy(() -> pull(MODEL))
                .hasMessageContaining("config.json")
                .hasMessageContaining("another hash");
    }

    @Test
    void theHubMayAskToWait() throws IOException {
        hub.fault("/tree/", StubHub.status(429, "Retry-After", "0"));
        hub.fault(AT_STORE, StubHub.status(429, "Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"));
        hub.fault(AT_STORE, StubHub.status(429));
        requireWhole(pull(MODEL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "org/absent | is not at | spelling",
                "org/model@nightly | has no revision nightly | branches",
                "org/model:style.safetensors | has no such file | flux.safetensors",
            })
    void whatIsNotThereIsToldApart(String name, String what, String remedy) {
        assertThatThrownBy(() -> pull(name))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(remedy);
    }

    @Test
    void aGatedModelSaysWhatToDo() {
        hub.gate(MODEL, "hf_other");
        assertThatThrownBy(() -> pull(MODEL)).hasMessageContaining("is gated").hasMessageContaining("HF_TOKEN");
        environment.put("HF_TOKEN", "hf_mine");
        assertThatThrownBy(() -> pull(MODEL)).hasMessageContaining("with the account of your token");
    }

    @Test
    void offlineNothingIsAskedFor() throws IOException {
        environment.put("HF_HUB_OFFLINE", "1");
        assertThatThrownBy(() -> pull(MODEL)).hasMessageContaining("HF_HUB_OFFLINE");
        assertThat(hub.requests()).isEmpty();
        environment.remove("HF_HUB_OFFLINE");
        pull(MODEL);
        int asked = hub.requests().size();
        environment.put("HF_HUB_OFFLINE", "1");
        requireWhole(pull(MODEL));
        assertThat(hub.requests()).hasSize(asked);
    }

    @Test
    void aHubThatIsNotThereIsNamed() {
        environment.put("HF_ENDPOINT", "http://localhost:1");
        assertThatThrownBy(() -> pull(MODEL))
                .hasMessageContaining("http://localhost:1 cannot be reached")
                .hasMessageContaining("HTTPS_PROXY");
    }

    @Test
    void aProxyIsUsed() throws IOException {
        environment.put("HF_ENDPOINT", "http://hub.invalid");
        environment.put("http_proxy", hub.address());
        environment.put("NO_PROXY", "localhost");
        requireWhole(pull(MODEL));
    }

    @Test
    void listingsComeInParts() throws IOException {
        hub.entriesAtOnce(2);
        requireWhole(pull(MODEL));
    }

    @Test
    void namesThatLeaveTheFolderAreRefused() {
        hub.add(MODEL, "transformer/../../../../evil.json", "{}".getBytes(UTF_8));
        assertThatThrownBy(() -> pull(MODEL)).hasMessageContaining("no path below a model's folder");
    }

    @Test
    void aBranchThatMovedOnIsPulledAnewAndSharesItsBlobs() throws IOException {
        var first = pull(MODEL);
        var later = "f".repeat(40);
        hub.commit(later);
        hub.add(MODEL, "transformer/config.json", "{\"a\":2}".getBytes(UTF_8));
        var second = pull(MODEL);
        assertThat(second.getFileName()).hasToString(later);
        assertThat(first.resolve("transformer/config.json")).hasContent("{\"a\":1}");
        assertThat(second.resolve("transformer/config.json")).hasContent("{\"a\":2}");
        assertThat(settings().files().find(HubName.of(MODEL).orElseThrow())).isEqualTo(second);

        var holdings = new Holdings(settings().files());
        assertThat(holdings.models().getFirst().revisions()).hasSize(2);
        long freed = holdings.remove(HubName.of(MODEL + "@" + COMMIT).orElseThrow(), true);
        assertThat(freed).isEqualTo("{\"a\":1}".length());
        requireWhole(second);
        holdings.remove(HubName.of(MODEL).orElseThrow(), false);
        assertThat(folder()).doesNotExist();
        assertThat(holdings.models()).isEmpty();
    }

    @Test
    void whatTheDiskHasNoRoomForIsRefusedBefore() {
        hub.fault("/tree/", huge());
        hub.fault("/tree/", huge());
        assertThatThrownBy(() -> pull(MODEL))
                .hasMessageContaining("are free in")
                .hasMessageContaining("HF_HUB_CACHE");
        assertThat(hub.requests()).noneMatch(StubHub.Request::store);
    }

    private static StubHub.Fault huge() {
        return (exchange, body) -> {
            var text = ("[{\"type\":\"file\",\"path\":\"model_index.json\",\"size\":9000000000000000,\"oid\":\""
                            + "0".repeat(40) + "\"}]")
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            return true;
        };
    }

    @Test
    void theOnlyWeightsOfARepositoryNeedNoName() {
        hub.add("org/lora", "style.safetensors", random(2500));
        hub.add("org/lora", "README.md", "x".getBytes(UTF_8));
        var file = pull("org/lora");
        assertThat(file.getFileName()).hasToString("style.safetensors");
        assertThat(settings().files().located("org/lora")).isEqualTo(file);
        assertThat(settings().files().located("org/lora:style.safetensors")).isEqualTo(file);
        var recorded = HubName.of(file).orElseThrow().recorded();
        assertThat(recorded).isEqualTo("org/lora@" + COMMIT + "/style.safetensors");
        assertThat(settings().files().located(recorded)).isEqualTo(file);
        hub.add("org/lora", "another.safetensors", random(2600));
        assertThatThrownBy(() -> pull("org/lora"))
                .hasMessageContaining("several files of weights")
                .hasMessageContaining("org/lora:another.safetensors");
    }

    @Test
    void shardsComeWithTheirIndex() throws IOException {
        var component = "text_encoder_2/";
        hub.add(MODEL, component + "model.safetensors.index.json", random(2500));
        for (var shard : List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            hub.add(MODEL, component + shard, random(3100));
        }
        hub.add(MODEL, component + "model.fp16-00001-of-00001.safetensors", random(3200));
        try (Stream<Path> files = Files.list(pull(MODEL).resolve("text_encoder_2"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "model.safetensors.index.json",
                            "model-00001-of-00002.safetensors",
                            "model-00002-of-00002.safetensors");
        }
    }
}
