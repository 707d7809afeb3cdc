package io.mural.engine.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {
    @TempDir
    private Path home;

    private HubSettings with(Map<String, String> environment) {
        return HubSettings.of(environment, home);
    }

    @Test
    void theCacheIsWhereTheHubsToolsHaveIt() {
        assertThat(with(Map.of()).cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(with(Map.of("XDG_CACHE_HOME", "/x")).cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(with(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h")).cache())
                .isEqualTo(Path.of("/h/hub"));
        assertThat(with(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "~/c")).cache()).isEqualTo(home.resolve("c"));
        assertThat(with(Map.of("HF_HOME", " ")).cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    }

    @Test
    void theTokenIsOfTheVariableOrTheFile() throws IOException {
        assertThat(with(Map.of()).token()).isEmpty();
        Files.createDirectories(home.resolve("h"));
        Files.writeString(home.resolve("h/token"), "of-file\n");
        var folder = home.resolve("h").toString();
        assertThat(with(Map.of("HF_HOME", folder)).token()).hasValue("of-file");
        assertThat(with(Map.of("HF_HOME", folder, "HF_TOKEN", "of-variable")).token())
                .hasValue("of-variable");
        assertThatThrownBy(() -> with(Map.of("HF_TOKEN", "a\nHost: evil")))
                .isInstanceOf(InputException.class)
                .hasMessageNotContaining("evil");
    }

    @Test
    void anEndpointIsAnAddress() {
        assertThat(with(Map.of("HF_ENDPOINT", "https://mirror.example/")).endpoint())
                .isEqualTo(URI.create("https://mirror.example"));
        assertThatThrownBy(() -> with(Map.of("HF_ENDPOINT", "mirror.example"))).hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void proxiesAreForTheirScheme() {
        var proxies = with(Map.of("HTTPS_PROXY", "http://proxy:3128", "no_proxy", "localhost,.inner"))
                .proxies();
        assertThat(proxies.select(URI.create("https://hub.example/a")))
                .containsExactly(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy", 3128)));
        assertThat(proxies.select(URI.create("http://hub.example/a"))).containsExactly(Proxy.NO_PROXY);
        assertThat(proxies.select(URI.create("https://hub.inner/a"))).containsExactly(Proxy.NO_PROXY);
        assertThatThrownBy(() -> with(Map.of("HTTPS_PROXY", "http://me:secret@proxy")))
                .hasMessageContaining("HTTPS_PROXY")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aServerSaysWhenToComeBack() {
        var pause = Duration.ofSeconds(1);
        assertThat(RetryAfter.of(Optional.of("7"), pause, 0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(RetryAfter.of(Optional.of("999999"), pause, 0)).isEqualTo(Duration.ofMinutes(10));
        assertThat(RetryAfter.of(Optional.of("Thu, 01 Jan 1970 00:00:00 GMT"), pause, 0))
                .isEqualTo(Duration.ZERO);
        assertThat(RetryAfter.of(Optional.of("soon"), pause, 2)).isEqualTo(Duration.ofSeconds(4));
        assertThat(RetryAfter.of(Optional.empty(), pause, 0)).isEqualTo(pause);
    }
}
