package io.mural.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class StartTest {
    @Test
    void aLocaleThatCannotSpellThePromptIsSaid() {
        assertThat(Start.unreadable("ANSI_X3.4-1968", "generate", "Gr\ufffd\ufffd\ufffd\ufffde"))
                .contains("LC_ALL=C.UTF-8");
        assertThat(Start.unreadable("ANSI_X3.4-1968", "generate", "a sea")).isEmpty();
        assertThat(Start.unreadable("UTF-8", "generate", "\ufffd")).isEmpty();
    }

    @Test
    void aFailureBeforeTheCommandIsOneLine() {
        assertThat(Start.failure(new NoClassDefFoundError("picocli/CommandLine")))
                .startsWith("cannot start: ")
                .contains("picocli/CommandLine")
                .doesNotContain("\n");
        assertThat(Start.failure(new IllegalStateException("x"))).startsWith("a fault in mural");
    }

    @Test
    void whatStdoutCannotTakeIsKept() {
        var full = new Stdout(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        var writer = full.writer();
        writer.println("a line");
        assertThat(full.failure()).contains("No space left on device");
        assertThat(full.isUnread()).isFalse();
        assertThat(new Stdout(OutputStream.nullOutputStream()).failure()).isEmpty();
    }
}
