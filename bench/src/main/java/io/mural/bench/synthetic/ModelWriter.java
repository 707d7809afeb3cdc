package io.mural.bench.synthetic;

import io.mural.bench.synthetic.Family.Component;
import io.mural.bench.synthetic.Family.Part;
import io.mural.tensor.InputException;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.Json;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Writes a model of random weights in diffusers' folder layout: true names, shapes, types and shards. Every file
 * appears whole or not at all, and {@code model_index.json} last, so that a folder without it is known to be unfinished.
 */
public final class ModelWriter {
    private static final String INDEX = "model_index.json";
    private static final int CHUNK = 4 << 20;
    /** What configs and vocabularies take at most. */
    private static final long SMALL_FILES = 64L << 20;

    private final Family family;
    private final UnaryOperator<String> configs;
    private final long seed;
    private final LongConsumer written;

    /**
     * @param configs text of a config by its path in the folder, such as {@code transformer/config.json}
     * @param written told how many more bytes of weights are written
     */
    public ModelWriter(Family family, UnaryOperator<String> configs, long seed, LongConsumer written) {
        this.family = family;
        this.configs = configs;
        this.seed = seed;
        this.written = written;
    }

    /** Bytes of weights that the parts take. */
    public long bytes(Set<Part> parts) {
        return components(parts).stream().mapToLong(Component::bytes).sum();
    }

    /**
     * Writes the parts; what stands there under the same names is replaced.
     *
     * @param tokenizers a model folder to copy tokenizers from; empty to make some
     * @throws InputException when the disk has not the room, or the folder is not writable
     */
    public void write(Path folder, Set<Part> parts, Optional<Path> tokenizers) {
        try {
            requireRoom(folder, bytes(parts) + SMALL_FILES);
            for (var path : family.configs()) {
                if (!path.startsWith("tokenizer")) {
                    text(folder.resolve(path), configs.apply(path));
                }
            }
            if (parts.contains(Part.TEXT)) {
                tokenizers(folder, tokenizers);
            }
            for (var component : components(parts)) {
                weights(folder.resolve(component.folder()), component);
            }
            text(folder.resolve(INDEX), configs.apply(INDEX));
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private List<Component> components(Set<Part> parts) {
        return family.components(configs).stream()
                .filter(component -> parts.contains(component.part()))
                .toList();
    }

    private static void requireRoom(Path folder, long bytes) throws IOException {
        var present = folder.toAbsolutePath();
        while (!Files.exists(present)) {
            present = present.getParent();
        }
        long free = Files.getFileStore(present).getUsableSpace();
        if (free < bytes) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s: the model takes %d bytes but %d are free there; make room, or write fewer --parts",
                    folder,
                    bytes,
                    free));
        }
    }

    private void tokenizers(Path folder, Optional<Path> from) throws IOException {
        if (from.isPresent()) {
            for (var name : List.of("tokenizer", "tokenizer_2")) {
                copy(from.get().resolve(name), folder.resolve(name));
            }
            return;
        }
        for (var path : family.configs()) {
            if (path.startsWith("tokenizer")) {
                text(folder.resolve(path), configs.apply(path));
            }
        }
        for (var file : family.tokenizers(configs).entrySet()) {
            write(folder.resolve(file.getKey()), file.getValue());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return; // FLUX.2 has one tokenizer
        }
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void weights(Path folder, Component component) throws IOException {
        Files.createDirectories(folder);
        var shards = component.shards();
        Map<String, String> places = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            var name = shards.size() == 1
                    ? component.file() + ".safetensors"
                    : String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", component.file(), i + 1, shards.size());
            shards.get(i).forEach(tensor -> places.put(tensor.name(), name));
            shard(folder.resolve(name), shards.get(i));
        }
        if (shards.size() > 1) {
            var index = new LinkedHashMap<String, Object>();
            index.put("metadata", Map.of("total_size", component.bytes()));
            index.put("weight_map", places);
            text(folder.resolve(component.file() + ".safetensors.index.json"), Json.write(index));
        }
    }

    private void shard(Path file, List<SyntheticTensor> tensors) {
        var writer = new SafetensorsWriter().metadata("format", "pt");
        for (var tensor : tensors) {
            writer.add(tensor.name(), tensor.dtype(), tensor.sizes(), channel -> fill(channel, tensor));
        }
        writer.write(file);
    }

    private void fill(FileChannel channel, SyntheticTensor tensor) throws IOException {
        var noise = new Noise(tensor, seed);
        var buffer = ByteBuffer.allocateDirect((int) Math.min(CHUNK, (tensor.bytes() + 7) / 8 * 8));
        for (long left = tensor.bytes(); left > 0; ) {
            noise.fill(buffer.clear());
            buffer.limit((int) Math.min(buffer.capacity(), left));
            left -= buffer.limit();
            written.accept(buffer.limit());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static void text(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        WholeFile.write(file, channel -> {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
    }
}
