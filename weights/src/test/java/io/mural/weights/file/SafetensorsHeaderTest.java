package io.mural.weights.file;

import static io.mural.weights.file.RawFile.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsHeaderTest {
    private static final String A = entry("a", "F32", "[2]", 0, 8);

    @TempDir
    Path folder;

    @Test
    void readsTensorsAndMetadata() throws Exception {
        String header = "{\"__metadata__\":{\"format\":\"pt\"}," + A + "," + entry("b", "BF16", "[2,1]", 8, 12) + ","
                + entry("scalar", "U8", "[]", 12, 13) + "," + entry("none", "F32", "[0,3]", 8, 8) + "}   ";
        Path file = RawFile.write(folder.resolve("x.safetensors"), header, 13);
        SafetensorsHeader read = SafetensorsHeader.read(file);
        long start = 8L + header.length();
        assertThat(read.dataStart()).isEqualTo(start);
        assertThat(read.metadata()).containsOnlyKeys("format").containsValue("pt");
        assertThat(read.tensors().values())
                .containsExactly(
                        new TensorInfo("a", DType.F32, List.of(2L), file, start, 8),
                        new TensorInfo("b", DType.BF16, List.of(2L, 1L), file, start + 8, 4),
                        new TensorInfo("scalar", DType.U8, List.of(), file, start + 12, 1),
                        new TensorInfo("none", DType.F32, List.of(0L, 3L), file, start + 8, 0));
    }

    @Test
    void readsWhatTheReferenceReads() throws IOException {
        String header = "{\"__metadata__\":null," + entry("odd", "U8", "[3]", 0, 3) + ","
                + entry("f", "F32", "[1]", 3, 7) + "," + entry("counter", "U64", "[]", 7, 15) + ","
                + entry("codes", "F4", "[2,3]", 15, 18) + ","
                + "\"note\":{\"dtype\":\"BF16\",\"by\":{\"a\":[1,{}]},\"shape\":[1],\"data_offsets\":[18,20]}}";
        Path file = RawFile.write(folder.resolve("a.safetensors"), header, 20);
        SafetensorsHeader read = SafetensorsHeader.read(file);
        assertThat(read.metadata()).isEmpty();
        assertThat(read.tensors()).containsOnlyKeys("odd", "f", "note");
        assertThat(read.tensors().get("f").offset()).isEqualTo(read.dataStart() + 3);
        assertThat(read.others().values())
                .containsExactly(
                        new OtherTensor("counter", "U64", file, read.dataStart() + 7, 8),
                        new OtherTensor("codes", "F4", file, read.dataStart() + 15, 3));
    }

    static Stream<Arguments> badHeaders() {
        return Stream.of(
                arguments("{" + A + "}", 7, "tensor \"a\" lies at bytes [0, 8] of the data, but the file holds 7:"),
                arguments("{" + A + "}", 9, "1 bytes after the last tensor belong to no tensor"),
                arguments("{}", 1, "1 bytes after the last tensor belong to no tensor"),
                arguments("{" + entry("a", "F32", "[2]", 4, 12) + "}", 12, "4 bytes before tensor \"a\" belong to no"),
                arguments(
                        "{" + A + "," + entry("b", "F32", "[2]", 4, 12) + "}",
                        12,
                        "the tensors \"a\" and \"b\" overlap"),
                arguments(
                        "{" + A + "," + entry("b", "F32", "[2]", 0, 8) + "}", 8, "the tensors \"a\" and \"b\" overlap"),
                arguments("{" + A + "," + entry("b", "F32", "[1]", 12, 16) + "}", 16, "4 bytes before tensor \"b\""),
                arguments("{" + entry("a", "F32", "[2]", 8, 0) + "}", 8, "data_offsets [8, 0], which end before"),
                arguments("{" + entry("a", "F32", "[2]", -8, 0) + "}", 8, "\"a\" data_offsets holds -8, expected"),
                arguments("{" + entry("a", "F32", "[3]", 0, 8) + "}", 8, "tensor \"a\" F32 [3] takes 12 bytes"),
                arguments("{" + entry("a", "F32", "[-2]", 0, 8) + "}", 8, "\"a\" shape holds -2, expected whole"),
                arguments("{" + entry("a", "F32", "[1.5]", 0, 8) + "}", 8, "\"a\" shape is \"1.5\", expected a whole"),
                arguments(
                        "{" + entry("a", "F32", "[4294967296,4294967296]", 0, 8) + "}",
                        8,
                        "tensor \"a\" has the shape [4294967296, 4294967296], larger than any file"),
                arguments("{" + entry("a", "F32", "[99999999999999999999]", 0, 8) + "}", 8, "\"a\" shape holds 9999"),
                arguments(
                        "{" + entry("a", "F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", 0, 8) + "}", 8, "more than 16"),
                arguments("{" + entry("a", "F31", "[2]", 0, 8) + "}", 8, "tensor \"a\" has the unknown dtype \"F31\";"),
                arguments("{" + entry("a", "f32", "[2]", 0, 8) + "}", 8, "tensor \"a\" has the unknown dtype \"f32\";"),
                arguments("{" + A + "," + A + "}", 8, "the key \"a\" occurs twice"),
                arguments("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "the key \"__metadata__\" occurs twice"),
                arguments("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "the key \"k\" occurs twice"),
                arguments("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__ \"k\" is \"1\", expected a text"),
                arguments("{\"a\":[]}", 0, "tensor \"a\" is \"[\", expected an object"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 0, "tensor \"a\" lacks one of dtype, shape"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "the key \"dtype\" occurs twice"),
                arguments("{\"a\":{\"dtype\":4}}", 0, "tensor \"a\" dtype is \"4\", expected a text"),
                arguments("{\"a\":{\"shape\":4}}", 0, "tensor \"a\" shape is \"4\", expected a list"),
                arguments("{\"a\":{\"strides\":[1]}}", 0, "tensor \"a\" lacks one of dtype, shape, data_offsets"),
                arguments("{" + entry("a", "F4", "[3]", 0, 1) + "}", 1, "F4 [3] is no whole number of bytes"),
                arguments("{" + entry("a", "U64", "[1]", 0, 4) + "}", 4, "U64 [1] takes 8 bytes"),
                arguments("{" + A + "," + entry("b", "U64", "[1]", 4, 12) + "}", 12, "\"a\" and \"b\" overlap"),
                arguments(A.replace("[0,8]", "[0,4,8]").transform(a -> "{" + a + "}"), 8, "data_offsets [0, 4, 8]"),
                arguments("{} {}", 0, "text after the end of the header's JSON"),
                arguments("{" + A, 8, "header: not valid JSON at line 1, column"),
                arguments(" {}", 0, "the header does not begin with {"),
                arguments("[]", 0, "the header does not begin with {"),
                arguments("", 0, "the header does not begin with {"));
    }

    @ParameterizedTest
    @MethodSource("badHeaders")
    void refusesBadHeaders(String header, int dataBytes, String message) throws Exception {
        refused(RawFile.write(folder.resolve("x.safetensors"), header, dataBytes), message);
    }

    @Test
    void refusesBadLengths() throws Exception {
        Path file = folder.resolve("x.safetensors");
        refused(RawFile.write(file, 100, "{}".getBytes(StandardCharsets.UTF_8), 0), "should have 100 bytes but only 2");
        refused(RawFile.write(file, 100_000_001, new byte[2], 0), "a header of 100000001 bytes, the most is 100000000");
        refused(RawFile.write(file, -1, new byte[2], 0), "a header of 18446744073709551615 bytes, the most is");
        refused(Files.write(file, new byte[0]), "is empty; download it again");
        refused(Files.write(file, new byte[7]), "has 7 bytes, too few for a safetensors file");
        refused(folder.resolve("gone.safetensors"), "cannot be read: no such file");
        refused(folder, "is a folder, expected a .safetensors or .gguf file");
    }

    @Test
    void refusesOtherEncodings() throws Exception {
        Path file = folder.resolve("x.safetensors");
        byte[] utf16 = ("{" + A + "}").getBytes(StandardCharsets.UTF_16LE);
        refused(RawFile.write(file, utf16.length, utf16, 8), "header: not valid JSON");
        byte[] latin = {'{', '"', (byte) 0xe9, '"', ':', '1', '}'};
        refused(RawFile.write(file, latin.length, latin, 8), "the header is not valid UTF-8");
    }

    @Test
    void namesOtherFormats() throws Exception {
        Path file = folder.resolve("x.safetensors");
        String pickle = "is a Python pickle, which can run any program when it is read, so it is never opened";
        refused(Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0}), pickle);
        refused(Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, 0, 0, 0, 0}), pickle);
        refused(
                Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
                "Git LFS pointer");
        refused(Files.writeString(file, "GGUF\3\0\0\0\0\0\0\0"), "is a GGUF file");
        refused(Files.writeString(file, "<!DOCTYPE html><html>"), "is a web page");
        for (String name : List.of("x.ckpt", "x.PT", "x.pth", "pytorch_model.bin", "x.pkl")) {
            refused(folder.resolve(name), pickle);
        }
    }

    @Test
    void readsAHeaderWhoseLengthLooksLikeAPickle() throws Exception {
        String header = "{" + A + "}" + " ".repeat(0x280 - A.length() - 2);
        assertThat(SafetensorsHeader.read(RawFile.write(folder.resolve("x.safetensors"), header, 8))
                        .tensors())
                .containsOnlyKeys("a");
    }

    @Test
    void showsHostileNamesOnOneShortLine() throws Exception {
        String name = "\\n\\u202e\\u001b[31m" + "x".repeat(10_000);
        String header = "{" + entry(name, "F31", "[2]", 0, 8) + "}";
        assertThatThrownBy(() -> SafetensorsHeader.read(RawFile.write(folder.resolve("x.safetensors"), header, 8)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"\\u000a\\u202e\\u001b[31mxxx")
                .message()
                .hasSizeLessThan(600)
                .doesNotContain("\n", "\u202e", "\u001b");
    }

    private static void refused(Path file, String message) {
        assertThatThrownBy(() -> SafetensorsHeader.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }
}
