package io.mural.weights.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.DType;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.MappedMemory;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.Weights;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What stays in memory, what is read ahead, what is given back: seen in the system's own account of the mapping. */
class WeightStreamTest {
    private static final int BLOCKS = 8;
    private static final long BLOCK_BYTES = 36L << 20;
    private static final long WHOLE = BLOCKS * BLOCK_BYTES;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() {
        file = folder.resolve("blocks.safetensors");
        var writer = new SafetensorsWriter();
        for (int i = 0; i < BLOCKS; i++) {
            byte value = (byte) (i + 1);
            writer.add("block." + i + ".weight", DType.U8, new long[] {BLOCK_BYTES}, channel -> fill(channel, value));
        }
        writer.write(file);
    }

    private static void fill(FileChannel channel, byte value) throws IOException {
        var bytes = new byte[1 << 20];
        Arrays.fill(bytes, value);
        for (long at = 0; at < BLOCK_BYTES; at += bytes.length) {
            channel.write(ByteBuffer.wrap(bytes));
        }
    }

    private static WeightBlocks blocks(Checkpoint checkpoint) {
        var weights = Weights.of(checkpoint);
        var blocks = new WeightBlocks(weights.bytes());
        for (int i = 0; i < BLOCKS; i++) {
            blocks.add(weights.under("block." + i), "unit." + i, "guide." + i);
        }
        return blocks;
    }

    @Test
    void allStaysWhereAllFits() {
        try (var checkpoint = Checkpoint.open(file)) {
            var blocks = blocks(checkpoint);
            assertThat(blocks.streamed(WHOLE).isEmpty()).isTrue();
            assertThat(blocks.streamedBytes(WHOLE)).isZero();
        }
    }

    /** Besides those that stay there has to be room for the one in use and the one behind it. */
    @Test
    void whatDoesNotFitIsSpreadEvenly() {
        try (var checkpoint = Checkpoint.open(file)) {
            var blocks = blocks(checkpoint);
            assertThat(blocks.streamed(6 * BLOCK_BYTES).stream()).containsExactly(0, 2, 4, 6);
            assertThat(blocks.streamedBytes(6 * BLOCK_BYTES)).isEqualTo(4 * BLOCK_BYTES);
            assertThat(blocks.streamed(0).cardinality()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void aBlockBeginsWhereItsTensorsStand() {
        try (var checkpoint = Checkpoint.open(file)) {
            var blocks = blocks(checkpoint);
            MemorySegment second = checkpoint.segment("block.1.weight");
            assertThat(blocks.blocks().get(1).places())
                    .isEqualTo(List.of(new MappedMemory.Range(second.address(), BLOCK_BYTES)));
            assertThat(blocks.index("guide.1")).isEqualTo(1);
            assertThat(blocks.index("elsewhere")).isEqualTo(-1);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void blocksAreThereBeforeTheyAreUsedAndGoneBehind() throws Exception {
        try (var checkpoint = Checkpoint.open(file)) {
            try (var stream = new WeightStream(blocks(checkpoint), 0)) {
                awaitMapped(2 * BLOCK_BYTES, 2 * BLOCK_BYTES + (1 << 20));
                for (int i = 0; i < BLOCKS - 1; i++) {
                    stream.unit("unit." + i);
                    stream.unit("tokens.0");
                    var bytes = checkpoint.segment("block." + i + ".weight");
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, BLOCK_BYTES / 2))
                            .isEqualTo((byte) (i + 1));
                }
                // the last but one is in use, the last was read ahead
                awaitMapped(BLOCK_BYTES, 3 * BLOCK_BYTES);
            }
            awaitMapped(0, BLOCK_BYTES / 2);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatFitsStays() throws Exception {
        try (var checkpoint = Checkpoint.open(file)) {
            try (var stream = new WeightStream(blocks(checkpoint), WHOLE)) {
                for (int i = 0; i < BLOCKS; i++) {
                    stream.unit("unit." + i);
                    awaitMapped((i + 1) * BLOCK_BYTES, WHOLE + (1 << 20));
                }
            }
            assertThat(mapped()).isGreaterThanOrEqualTo(WHOLE);
        }
    }

    private void awaitMapped(long least, long most) throws Exception {
        long start = System.nanoTime();
        long mapped = mapped();
        while (mapped < least || mapped > most) {
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds waited; mapped are %d bytes of %d to %d", mapped, least, most)
                    .isLessThan(PATIENCE_NANOS);
            Thread.sleep(5);
            mapped = mapped();
        }
    }

    /** Bytes of the file that are mapped to memory, by {@code /proc/self/smaps}. */
    private long mapped() throws IOException {
        boolean ours = false;
        long bytes = 0;
        for (var line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("^[0-9a-f]+-[0-9a-f]+ .*")) {
                ours = line.endsWith(file.toRealPath().toString());
            } else if (ours && line.startsWith("Rss:")) {
                bytes += Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        return bytes;
    }
}
