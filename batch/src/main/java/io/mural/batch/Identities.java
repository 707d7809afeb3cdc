package io.mural.batch;

import io.mural.Input;
import io.mural.Recipe;
import io.mural.batch.Catalog.Setup;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a picture is, as a name: SHA-256 over its recipe without device and paths, and over what its model and LoRAs hold.
 * The same row and model give the same name on any machine, in any order, after any number of attempts.
 */
public final class Identities {
    /** The cache of Hugging Face's hub names files by their SHA-256. */
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Optional<Path> embedded;
    private final Map<Path, String> known = new ConcurrentHashMap<>();

    /** @param embedded the folder of the embedded model, which recipes name without a path */
    public Identities(Optional<Path> embedded) {
        this.embedded = embedded;
    }

    /** The picture that a recipe makes, with another prompt and seed. */
    public String of(Recipe recipe, String prompt, long seed) {
        Map<String, Object> json =
                new LinkedHashMap<>(Json.parse("recipe", recipe.toJson()).asMap());
        json.keySet().removeAll(List.of("mural", "device", "gemm"));
        json.put("prompt", prompt);
        json.put("seed", seed);
        var model = recipe.model();
        json.put("model", model.path().or(() -> embedded).map(this::files).orElse(""));
        json.put("base", model.base().map(this::files).orElse(""));
        json.put(
                "loras",
                recipe.loras().stream()
                        .map(lora -> List.of(
                                files(lora.file()), lora.scale(), lora.mode().name()))
                        .toList());
        recipe.init().ifPresent(init -> json.put("init_image", List.of(init.sha256(), init.strength())));
        json.put(
                "references",
                recipe.references().stream()
                        .map(file -> Input.of(file).sha256())
                        .toList());
        json.computeIfPresent("hierarchy", (key, value) -> withoutPaths(value));
        return Digest.hex(Digest.sha256(Json.write(sorted(json)).getBytes(StandardCharsets.UTF_8)));
    }

    /** A model and, of a single file, what completes it. */
    public String files(Setup setup) {
        var model = setup.model();
        var own = model.path().or(() -> embedded).map(this::files).orElse("");
        return model.base().map(base -> own + "+" + files(base)).orElse(own);
    }

    /** A model's folder or file, or a LoRA: what its files hold. */
    public String files(Path place) {
        var key = place.toAbsolutePath().normalize();
        var found = known.get(key);
        if (found == null) {
            found = made(key);
            known.put(key, found);
        }
        return found;
    }

    private Object withoutPaths(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        Map<String, Object> json = new TreeMap<>();
        map.forEach((key, each) -> {
            boolean isFile =
                    each instanceof String text && text.endsWith(".safetensors") && Files.exists(Path.of(text));
            json.put(key.toString(), isFile ? files(Path.of(each.toString())) : withoutPaths(each));
        });
        return json;
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> json = new TreeMap<>();
                map.forEach((key, each) -> json.put(key.toString(), sorted(each)));
                yield json;
            }
            case List<?> list -> list.stream().map(Identities::sorted).toList();
            case null -> "";
            default -> value;
        };
    }

    private String made(Path place) {
        var digest = Digest.sha256();
        try (Stream<Path> files = Files.walk(place)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                digest.update(place.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                digest.update(file(file).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digest.hex(digest.digest());
    }

    /** The name a hub's cache gave it, or of a file of weights a sample, or the whole. */
    private static String file(Path file) throws IOException {
        var target = file.toRealPath().getFileName().toString();
        if (SHA256.matcher(target).matches()) {
            return target;
        }
        return Weighty.is(file) ? Weighty.sample(file) : Digest.of(file);
    }

    /** Files too large to be read whole. */
    private static final class Weighty {
        private static final int SAMPLE = 4096;

        static boolean is(Path file) throws IOException {
            var name = file.getFileName().toString();
            return (name.endsWith(".safetensors") || name.endsWith(".gguf")) && Files.size(file) > 1 << 20;
        }

        /** Size, header and 4 KiB from the middle of every tensor: fine-tunes share headers and sizes. */
        static String sample(Path file) throws IOException {
            var digest = Digest.sha256();
            digest.update(Long.toString(Files.size(file)).getBytes(StandardCharsets.UTF_8));
            try (var checkpoint = Checkpoint.open(file)) {
                for (var name : checkpoint.tensors().keySet().stream().sorted().toList()) {
                    var info = checkpoint.tensors().get(name);
                    var head = name + info.dtype() + info.shape() + info.offset() + ' ' + info.bytes();
                    digest.update(head.getBytes(StandardCharsets.UTF_8));
                    var data = checkpoint.segment(name);
                    long from = Math.max(0, data.byteSize() / 2 - SAMPLE / 2);
                    long length = Math.min(SAMPLE, data.byteSize() - from);
                    digest.update(data.asSlice(from, length).asByteBuffer());
                }
            }
            return Digest.hex(digest.digest());
        }
    }
}
