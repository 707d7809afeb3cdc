package io.mural.weights.file;

import static io.mural.weights.file.RawFile.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    @Test
    void opensAFileAndAFolderWithOne() throws Exception {
        Path file = write("only.safetensors", "a", 1);
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve(".only.safetensors.part"), "half");
        for (Path path : new Path[] {file, folder}) {
            try (Checkpoint checkpoint = Checkpoint.open(path)) {
                assertThat(checkpoint.source()).isEqualTo(file.toString());
                assertThat(checkpoint.floats("a")).containsExactly(1);
                assertThat(checkpoint.bytes()).isEqualTo(4);
                assertThat(checkpoint.segment("a").isReadOnly()).isTrue();
                assertThat(checkpoint.metadata()).isEqualTo(Map.of("of", "a"));
            }
        }
    }

    @Test
    void readsEveryDtype() throws Exception {
        String header = "{" + entry("f64", "F64", "[1]", 0, 8) + "," + entry("i64", "I64", "[1]", 8, 16) + ","
                + entry("f32", "F32", "[1]", 16, 20) + "," + entry("i32", "I32", "[1]", 20, 24) + ","
                + entry("f16", "F16", "[1]", 24, 26) + "," + entry("bf16", "BF16", "[1]", 26, 28) + ","
                + entry("i16", "I16", "[1]", 28, 30) + "," + entry("e4m3", "F8_E4M3", "[1]", 30, 31) + ","
                + entry("e5m2", "F8_E5M2", "[1]", 31, 32) + "," + entry("i8", "I8", "[1]", 32, 33) + ","
                + entry("u8", "U8", "[1]", 33, 34) + "," + entry("bool", "BOOL", "[1]", 34, 35) + "}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 35).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        bytes.putDouble(1.5).putLong(-1L << 40).putFloat(-2.5f).putInt(-3);
        bytes.putShort(Float.floatToFloat16(0.5f)).putShort((short) 0x4040).putShort((short) -4);
        bytes.put((byte) 0x38).put((byte) 0x40).put((byte) -5).put((byte) 250).put((byte) 1);
        // The header is not padded, so nothing is aligned in the file.
        try (Checkpoint checkpoint = Checkpoint.open(Files.write(folder.resolve("x.safetensors"), bytes.array()))) {
            assertThat(checkpoint.floats("f64")).containsExactly(1.5f);
            assertThat(checkpoint.floats("f32")).containsExactly(-2.5f);
            assertThat(checkpoint.floats("f16")).containsExactly(0.5f);
            assertThat(checkpoint.floats("bf16")).containsExactly(3f);
            assertThat(checkpoint.floats("e4m3")).containsExactly(1f);
            assertThat(checkpoint.floats("e5m2")).containsExactly(2f);
            assertThat(checkpoint.longs("i64")).containsExactly(-1L << 40);
            assertThat(checkpoint.longs("i32")).containsExactly(-3);
            assertThat(checkpoint.longs("i16")).containsExactly(-4);
            assertThat(checkpoint.longs("i8")).containsExactly(-5);
            assertThat(checkpoint.longs("u8")).containsExactly(250);
            assertThat(checkpoint.longs("bool")).containsExactly(1);
            assertThatThrownBy(() -> checkpoint.floats("i8"))
                    .isInstanceOf(InputException.class)
                    .hasMessageEndingWith("\"i8\" is I8, expected floating point");
            assertThatThrownBy(() -> checkpoint.longs("f32"))
                    .isInstanceOf(InputException.class)
                    .hasMessageEndingWith("\"f32\" is F32, expected whole numbers");
        }
    }

    @Test
    void opensShards() throws Exception {
        write("m-00001-of-00002.safetensors", "a", 1);
        write("m-00002-of-00002.safetensors", "b", 2);
        index("m", Map.of("a", "m-00001-of-00002.safetensors", "b", "m-00002-of-00002.safetensors"));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.floats("a")).containsExactly(1);
            assertThat(checkpoint.floats("b")).containsExactly(2);
            assertThat(checkpoint.bytes()).isEqualTo(8);
        }
    }

    @Test
    void followsLinksOfADownloadCache() throws Exception {
        Path store = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        Path blob = Files.move(write("x.safetensors", "a", 7), store.resolve("0123"));
        Files.createSymbolicLink(snapshot.resolve("m-00001-of-00001.safetensors"), blob);
        Files.move(index("m", Map.of("a", "m-00001-of-00001.safetensors")), store.resolve("4567"));
        Files.createSymbolicLink(snapshot.resolve("m.safetensors.index.json"), store.resolve("4567"));
        try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
            assertThat(checkpoint.floats("a")).containsExactly(7);
        }
    }

    @Test
    void refusesBadIndexes() throws Exception {
        write("a.safetensors", "a", 1);
        Path inner = Files.createDirectory(folder.resolve("inner"));
        for (String outside : new String[] {
            "../a.safetensors", folder.resolve("a.safetensors").toString(), "..", "", "x\\..\\..\\a.safetensors"
        }) {
            Path index = index("inner/m", Map.of("a", outside));
            refused(
                    index,
                    index + ": the shard \"" + outside.replace("\\", "\\")
                            + "\" lies outside the folder of the index, which is refused");
        }
        Path index = index("inner/m", Map.of("a", "gone.safetensors"));
        refused(index, index + ": the shard \"gone.safetensors\" is missing; download it to " + inner);
        index = index("m", Map.of("b", "a.safetensors"));
        refused(index, index + ": the tensor \"b\" should be in the shard a.safetensors, which does not hold it");
        index = index("m", Map.of());
        refused(index, index + ": \"weight_map\" names no tensor");
        index = index("m", Map.of("a", "pytorch_model.bin"));
        Files.write(folder.resolve("pytorch_model.bin"), new byte[100]);
        refused(index, folder.resolve("pytorch_model.bin") + ": is a Python pickle");
        Files.writeString(index, "{\"weight_map\": {\"a\": 1}}");
        refused(index, index + ": \"weight_map.a\" is 1, expected a text");
        Files.writeString(index, "{}");
        refused(index, index + ": \"weight_map\" is missing, expected an object");
    }

    @Test
    void prefersThePlainFileThenTheOnlyVariant() throws Exception {
        write("diffusion_pytorch_model.fp16.safetensors", "a", 16);
        assertThat(opened()).isEqualTo("diffusion_pytorch_model.fp16.safetensors");
        write("diffusion_pytorch_model.fp8.safetensors", "a", 8);
        refused(
                folder,
                folder + ": several files of weights (diffusion_pytorch_model.fp16.safetensors,"
                        + " diffusion_pytorch_model.fp8.safetensors); choose one by `variant`, or name its file");
        assertThat(opened("fp8")).isEqualTo("diffusion_pytorch_model.fp8.safetensors");
        write("diffusion_pytorch_model.safetensors", "a", 32);
        assertThat(opened()).isEqualTo("diffusion_pytorch_model.safetensors");
        write("diffusion_pytorch_model-00001-of-00001.safetensors", "a", 1);
        assertThat(opened()).isEqualTo("diffusion_pytorch_model.safetensors");
        index("diffusion_pytorch_model", Map.of("a", "diffusion_pytorch_model-00001-of-00001.safetensors"));
        assertThat(opened()).isEqualTo("diffusion_pytorch_model.safetensors.index.json");
        assertThat(opened("fp16")).isEqualTo("diffusion_pytorch_model.fp16.safetensors");
        assertThat(opened("bf16")).as("a part without it").isEqualTo("diffusion_pytorch_model.safetensors.index.json");
        Files.move(
                folder.resolve("diffusion_pytorch_model.safetensors.index.json"),
                folder.resolve("diffusion_pytorch_model.safetensors.index.bf16.json"));
        assertThat(opened("bf16")).isEqualTo("diffusion_pytorch_model.safetensors.index.bf16.json");
        assertThat(WeightFiles.variants(folder)).containsExactly("bf16", "fp16", "fp8");
    }

    private String opened(String variant) {
        return WeightFiles.in(folder, Optional.of(variant)).getFileName().toString();
    }

    @Test
    void opensAShardedVariant() throws Exception {
        write("model.fp16-00001-of-00001.safetensors", "a", 1);
        Files.move(
                index("model", Map.of("a", "model.fp16-00001-of-00001.safetensors")),
                folder.resolve("model.safetensors.index.fp16.json"));
        assertThat(opened()).isEqualTo("model.safetensors.index.fp16.json");
    }

    @Test
    void saysWhatAFolderHoldsInstead() throws Exception {
        refused(folder, folder + ": holds no .safetensors or .gguf file");
        Files.createFile(folder.resolve("pytorch_model.bin"));
        refused(folder, folder + ": holds only pytorch_model.bin, a Python pickle");
        write("model-00001-of-00002.safetensors", "a", 1);
        refused(folder, folder + ": holds shards but not their .safetensors.index.json; download it too");
        refused(folder.resolve("gone"), folder.resolve("gone") + ": no such file or folder");
    }

    @Test
    void mapsFilesBeyondTwoGiB() throws Exception {
        long large = 3L << 30;
        byte[] header = ("{" + entry("large", "U8", "[" + large + "]", 0, large) + ","
                        + entry("last", "F32", "[2]", large, large + 8) + "}")
                .getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("large.safetensors");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(start.putLong(header.length).put(header).flip());
            ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(end.putFloat(1).putFloat(2).flip(), 8 + header.length + large);
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.segment("large").byteSize()).isEqualTo(large);
            assertThat(checkpoint.floats("last")).containsExactly(1, 2);
        }
    }

    @Test
    void endsAccessWhenClosed() throws Exception {
        Checkpoint checkpoint = Checkpoint.open(write("x.safetensors", "a", 1));
        var segment = checkpoint.segment("a");
        checkpoint.close();
        assertThatThrownBy(() -> segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    private String opened() {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return Path.of(checkpoint.source()).getFileName().toString();
        }
    }

    private Path write(String name, String tensor, float value) {
        Path file = folder.resolve(name);
        new SafetensorsWriter()
                .metadata("of", tensor)
                .add(tensor, new long[] {1}, value)
                .write(file);
        return file;
    }

    private Path index(String base, Map<String, String> shards) throws IOException {
        String json = Json.write(Map.of("metadata", Map.of("total_size", -5), "weight_map", shards));
        return Files.writeString(folder.resolve(base + ".safetensors.index.json"), json);
    }

    private static void refused(Path path, String message) {
        assertThatThrownBy(() -> Checkpoint.open(path).close())
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
    }
}
