package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    private record Content(DType dtype, long[] shape, byte[] data) {}

    /** Random tensors of every dtype, rank and name come back as they were written. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void roundTrips(long seed) throws Exception {
        Random random = new Random(seed);
        Map<String, Content> contents = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int i = random.nextInt(40); i > 0; i--) {
            String name = name(random);
            if (contents.containsKey(name)) {
                continue;
            }
            Content content = content(random);
            contents.put(name, content);
            writer.add(name, content.dtype(), content.shape(), MemorySegment.ofArray(content.data()));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.put(name(random), name(random));
        }
        metadata.forEach(writer::metadata);
        Path file = folder.resolve("x.safetensors");
        writer.write(file);

        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.metadata()).isEqualTo(metadata);
            assertThat(checkpoint.tensors()).containsOnlyKeys(contents.keySet());
            contents.forEach((name, content) -> {
                TensorInfo info = checkpoint.tensors().get(name);
                assertThat(info.dtype()).isEqualTo(content.dtype());
                assertThat(info.shape())
                        .isEqualTo(Arrays.stream(content.shape()).boxed().toList());
                assertThat(checkpoint.segment(name).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                        .isEqualTo(content.data());
                assertThat(info.offset() % content.dtype().bytes()).isZero();
            });
        }
    }

    private static Content content(Random random) {
        List<DType> dtypes =
                Stream.of(DType.values()).filter(each -> !each.isBlocked()).toList();
        DType dtype = dtypes.get(random.nextInt(dtypes.size()));
        long[] shape = random.ints(random.nextInt(5), 0, 6).asLongStream().toArray();
        byte[] data = new byte[(int) Arrays.stream(shape).reduce(dtype.bytes(), (a, b) -> a * b)];
        random.nextBytes(data);
        return new Content(dtype, shape, data);
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            int c = random.nextInt(random.nextInt(4) == 0 ? 0x1f700 : 0x7f);
            name.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '.' : c);
        }
        return name.toString();
    }

    @Test
    void ordersAsTheReferenceWriterDoes() throws Exception {
        Path file = folder.resolve("x.safetensors");
        byte[] one = {1};
        new SafetensorsWriter()
                .add("a", DType.U8, new long[] {1}, MemorySegment.ofArray(one))
                .add("c", DType.BF16, new long[] {1}, MemorySegment.ofArray(new byte[2]))
                .add("b", new long[] {}, 1)
                .add("d", DType.F64, new long[] {1}, MemorySegment.ofArray(new byte[8]))
                .write(file);
        assertThat(SafetensorsHeader.read(file).tensors().keySet()).containsExactly("d", "b", "c", "a");
        assertThat(SafetensorsHeader.read(file).dataStart() % 8).isZero();
    }

    @Test
    void refusesWrongSizesAndTakenNames() {
        SafetensorsWriter writer = new SafetensorsWriter().add("a", new long[] {1}, 1);
        assertThatThrownBy(() -> writer.add("a", new long[] {1}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tensor name \"a\" is taken");
        assertThatThrownBy(() -> writer.add("__metadata__", new long[] {1}, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.add("b", new long[] {2}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("b: F32 [2] takes 8 bytes, given are 4");
    }

    @Test
    void leavesTheOldFileAndNothingElseWhenItFails() throws Exception {
        Path file = Files.writeString(folder.resolve("x.txt"), "old");
        assertThatThrownBy(() -> WholeFile.write(file, channel -> {
                    channel.write(java.nio.ByteBuffer.wrap(new byte[10]));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(InputException.class)
                .hasMessage(file + ": cannot be written: No space left on device");
        assertThatThrownBy(() -> WholeFile.write(file, channel -> {
                    throw new IllegalStateException("bug");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Files.readString(file)).isEqualTo("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.toList()).isEqualTo(List.of(file));
        }
    }

    @Test
    void namesAnUnwritablePlace() {
        Path gone = folder.resolve("gone/x.safetensors");
        assertThatThrownBy(() -> new SafetensorsWriter().write(gone))
                .isInstanceOf(InputException.class)
                .hasMessage(gone + ": cannot be written: the folder " + folder.resolve("gone") + " does not exist");
        assertThatThrownBy(() -> new SafetensorsWriter().write(folder))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + ": is a folder, expected the name of a file to write");
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            assertThatThrownBy(() -> WholeFile.check(device))
                    .isInstanceOf(InputException.class)
                    .hasMessage("/dev/null: cannot be written: it is not a regular file");
        }
    }
}
