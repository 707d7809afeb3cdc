package io.mural.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompilationTest {
    private static Optional<String> whySlow(boolean compiles, Map<String, String> options) {
        return Compilation.whySlow(compiles, name -> Optional.ofNullable(options.get(name)));
    }

    @Test
    void saysWhatKeepsTheKernelsFromTheirSpeed() {
        assertThat(whySlow(true, Map.of())).isEmpty();
        assertThat(whySlow(true, Map.of("TieredStopAtLevel", "4", "EnableVectorSupport", "true")))
                .isEmpty();
        assertThat(whySlow(false, Map.of()).orElseThrow()).contains("without -Xint");
        assertThat(whySlow(true, Map.of("TieredStopAtLevel", "1")).orElseThrow())
                .contains("without -XX:TieredStopAtLevel");
        assertThat(whySlow(true, Map.of("EnableVectorSupport", "false")).orElseThrow())
                .contains("without -XX:-EnableVectorSupport");
    }
}
