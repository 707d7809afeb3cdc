package io.mural.train.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.disk.FaultyDisk;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of a run that was killed, and on a disk that is full. */
class TrainingLogDiskTest {
    private static final int STEPS = 6;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void log() {
        file = folder.resolve("a.log.jsonl");
        var log = new TrainingLog(file, 0);
        for (int i = 1; i <= STEPS; i++) {
            log.step(step(i));
        }
    }

    private static Step step(int number) {
        return new Step(number, 1.5, 1, 1e-4, OptionalDouble.empty(), 0.5, 1);
    }

    @Test
    void aLastLineThatWasCutShortIsDropped() throws IOException {
        var text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 9));
        new TrainingLog(file, STEPS - 1).step(step(STEPS));
        assertThat(file).hasContent(text);
        assertThat(Files.readAllLines(file)).hasSize(STEPS);
    }

    @Test
    void whereTheDiskIsFullTheLogStaysAsItWas() throws IOException {
        var before = Files.readString(file);
        for (int n = 1; ; n++) {
            var disk = new FaultyDisk(folder, n);
            boolean said = false;
            try {
                assertThat(new TrainingLog(disk.path(file), 2)).isNotNull();
            } catch (InputException e) {
                said = true;
                assertThat(e).hasMessageContaining("No space left on device");
                assertThat(file).hasContent(before);
            }
            if (!said) {
                assertThat(Files.readAllLines(file)).hasSize(2);
                assertThat(n).isGreaterThan(3);
                return;
            }
        }
    }
}
