package io.mural.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.pipeline.Journal.Position;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void place() {
        file = CheckpointFile.beside(folder.resolve("sea.png"));
    }

    private static Position position(float... latents) {
        return new Position(1, 3, new float[] {1, -0.5f, Float.MIN_VALUE}, latents);
    }

    @Test
    void goesOnWhereItStopped() {
        CheckpointFile.fresh(file, "a").reached(position(4, 5));
        var resumed = CheckpointFile.resume(file, "a").start().orElseThrow();
        assertThat(resumed).usingRecursiveComparison().isEqualTo(position(4, 5));
        CheckpointFile.fresh(file, "a").reached(position());
        assertThat(CheckpointFile.resume(file, "a").start().orElseThrow().latents())
                .isEmpty();
    }

    @Test
    void beginsWhereThereIsNone() {
        assertThat(CheckpointFile.resume(file, "a").start()).isEmpty();
        assertThat(CheckpointFile.fresh(file, "a").start()).isEmpty();
    }

    /** A heap is cleared only when it is full: copies of large latents at every step would fill the machine. */
    @Test
    void writingCopiesNothingLarge() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var large = position(new float[1 << 22]);
        var checkpoint = CheckpointFile.fresh(file, "a");
        checkpoint.reached(large);
        long before = threads.getCurrentThreadAllocatedBytes();
        checkpoint.reached(large);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .isLessThan((long) large.latents().length * Float.BYTES / 4);
    }

    @Test
    void isRemovedAtTheEnd() {
        var checkpoint = CheckpointFile.fresh(file, "a");
        checkpoint.reached(position(1));
        checkpoint.finished();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void thatOfAnotherPictureIsRefusedAndKept() {
        CheckpointFile.fresh(file, "a").reached(position(1));
        assertThatThrownBy(() -> CheckpointFile.resume(file, "b"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sea.png.checkpoint is the checkpoint of another picture");
        assertThat(file).exists();
    }

    @Test
    void everyDamagedByteIsNoticed() throws IOException {
        CheckpointFile.fresh(file, "a").reached(position(1, 2));
        var good = Files.readAllBytes(file);
        for (int at = good.length - 20; at < good.length; at++) {
            var bad = good.clone();
            bad[at] ^= 4;
            Files.write(file, bad);
            assertThatThrownBy(() -> CheckpointFile.resume(file, "a"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("damaged checkpoint");
        }
        Files.write(file, java.util.Arrays.copyOf(good, good.length - 1));
        assertThatThrownBy(() -> CheckpointFile.resume(file, "a")).hasMessageContaining("damaged checkpoint");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> CheckpointFile.resume(file, "a")).hasMessageContaining("damaged checkpoint");
    }

    @Test
    void aPositionThatDoesNotFitThePictureIsDamage() {
        for (var at : new Journal.Position[] {
            new Journal.Position(9, 1, new float[2], new float[2]),
            new Journal.Position(0, 256, new float[2], new float[2])
        }) {
            CheckpointFile.fresh(file, "a").reached(at);
            var resumed = CheckpointFile.resume(file, "a");
            assertThat(resumed.start(same -> same.level() == at.level() && same.step() == at.step()))
                    .isPresent();
            assertThatThrownBy(() -> resumed.start(_ -> false))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("damaged checkpoint: leave out");
            assertThat(file).exists();
        }
    }
}
