package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchArchiveTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    @Test
    void writesTensorsAsTheyAreTransposedOnesToo() throws IOException {
        // {"a": a tensor [2, 3] of rows, "b": the same transposed}
        op(0x80, 2, '}', '(');
        tensor("a", 0, new int[] {2, 3}, new int[] {3, 1});
        tensor("b", 0, new int[] {3, 2}, new int[] {1, 3});
        op('u', '.');
        var out = folder.resolve("out.safetensors");
        try (var archive = TorchArchive.open(archive())) {
            assertThat(archive.count()).isEqualTo(2);
            archive.writeTo(out);
        }
        try (var file = Checkpoint.open(out)) {
            assertThat(file.floats("a")).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.floats("b")).containsExactly(0, 3, 1, 4, 2, 5);
            assertThat(file.info("b").shape()).isEqualTo(List.of(3L, 2L));
            assertThat(file.info("a").dtype()).isEqualTo(DType.F32);
        }
    }

    @Test
    void refusesCodeByName() throws IOException {
        op(0x80, 2);
        global("os", "system");
        text("echo");
        op(0x85, 'R', '.');
        refused("asks for os.system, which is code and not data");
    }

    @Test
    void refusesInstructionsThatNoTensorNeeds() throws IOException {
        op(0x80, 2, 'i');
        refused("holds the pickle instruction 0x69");
    }

    @Test
    void refusesTensorsBeyondTheirStorage() throws IOException {
        op(0x80, 2, '}', '(');
        tensor("a", 4, new int[] {3}, new int[] {1});
        op('u', '.');
        var out = folder.resolve("out.safetensors");
        try (var archive = TorchArchive.open(archive())) {
            assertThatThrownBy(() -> archive.writeTo(out))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("the storage of \"a\" is missing or too short");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void refusesWhatIsCutShort() throws IOException {
        op(0x80, 2, '}', '(', 'X');
        refused("damaged");
    }

    /** Five pickles and then the storages, as torch wrote before 1.6. */
    @Test
    void readsTheFormBeforeTheZip() throws IOException {
        var out = folder.resolve("out.safetensors");
        try (var archive = TorchArchive.open(bare(6))) {
            assertThat(archive.shapes())
                    .containsExactly(Map.entry("a", List.of(2L, 3L)), Map.entry("b", List.of(3L, 2L)));
            assertThat(archive.floats("b")).containsExactly(0, 3, 1, 4, 2, 5);
            archive.writeTo(out);
        }
        try (var file = Checkpoint.open(out)) {
            assertThat(file.floats("a")).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void refusesTheOldFormCutShort() throws IOException {
        var file = bare(7);
        assertThatThrownBy(() -> TorchArchive.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("ends early or is damaged");
    }

    /** @param elements how many the file says that its storage of six has */
    private Path bare(int elements) throws IOException {
        op(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.');
        op(0x80, 2, 'M', 0xe9, 3, '.');
        op(0x80, 2, '}', '(');
        text("little_endian");
        op(0x88, 'u', '.');
        op(0x80, 2, '}', '(');
        parameter("a", new int[] {2, 3}, new int[] {3, 1});
        tensor("b", 0, new int[] {3, 2}, new int[] {1, 3});
        op('u', '.');
        op(0x80, 2, ']', '(');
        text("0");
        op('e', '.');
        op(elements, 0, 0, 0, 0, 0, 0, 0);
        pickle.writeBytes(storage());
        return Files.write(folder.resolve("in.pth"), pickle.toByteArray());
    }

    /** A tensor that was trained, which is wrapped. */
    private void parameter(String name, int[] shape, int[] strides) {
        text(name);
        global("torch._utils", "_rebuild_parameter");
        op('(');
        tensor(0, shape, strides);
        op(0x88);
        global("collections", "OrderedDict");
        op(')', 'R', 't', 'R');
    }

    private void refused(String message) throws IOException {
        var file = archive();
        assertThatThrownBy(() -> TorchArchive.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    private Path archive() throws IOException {
        var file = folder.resolve("in.ckpt");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("in/data.pkl"));
            zip.write(pickle.toByteArray());
            zip.putNextEntry(new ZipEntry("in/data/0"));
            zip.write(storage());
        }
        return file;
    }

    /** The numbers 0 to 5. */
    private static byte[] storage() {
        var storage = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            storage.putFloat(i);
        }
        return storage.array();
    }

    private void tensor(String name, int offset, int[] shape, int[] strides) {
        text(name);
        tensor(offset, shape, strides);
    }

    private void tensor(int offset, int[] shape, int[] strides) {
        global("torch._utils", "_rebuild_tensor_v2");
        op('(', '(');
        text("storage");
        global("torch", "FloatStorage");
        text("0");
        text("cpu");
        op('K', 6, 't', 'Q', 'K', offset);
        tuple(shape);
        tuple(strides);
        op(0x89);
        global("collections", "OrderedDict");
        op(')', 'R', 't', 'R');
    }

    private void tuple(int... values) {
        op('(');
        for (int value : values) {
            op('K', value);
        }
        op('t');
    }

    private void global(String module, String name) {
        op('c');
        pickle.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void text(String text) {
        op('X', text.length(), 0, 0, 0);
        pickle.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void op(int... codes) {
        for (int code : codes) {
            pickle.write(code);
        }
    }
}
