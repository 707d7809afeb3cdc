package io.mural.evaluate.set;

import io.mural.evaluate.network.Clip;
import io.mural.evaluate.network.ClipResNet;
import io.mural.evaluate.network.ClipResNetText;
import io.mural.evaluate.network.Inception;
import io.mural.evaluate.network.Lpips;
import io.mural.model.token.ClipTokenizer;
import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The folder with a user's weights for metrics. A file that is missing is asked for by name; of each that is opened the
 * SHA-256 is told beside the figures.
 */
public final class MetricWeights {
    public static final String INCEPTION = "inception-2015-12-05.safetensors";
    public static final String CLIP = "clip";
    public static final String CLIP_RN50 = "clip-rn50.safetensors";
    public static final String LPIPS = "lpips-vgg.safetensors";
    /** The same files as their authors give them: torch's own form. */
    private static final String INCEPTION_PTH = "pt_inception-2015-12-05-6726825d.pth";

    private static final String VGG_PTH = "vgg16-397923af.pth";
    private static final String LPIPS_PTH = "vgg.pth";
    private static final String INCEPTION_WORDS = "the Inception v3 of FID's authors";
    private static final String CLIP_WORDS = "a CLIP in transformers' layout, such as openai/clip-vit-large-patch14";
    private static final String CLIP_RN50_WORDS = "CLIP's RN50 under OpenAI's names";
    private static final String TOKENIZER_WORDS = "vocab.json and merges.txt of a CLIP";
    private static final int CHUNK = 1 << 20;

    private final Optional<Path> folder;
    private final String clip;
    private final Map<String, String> used = new LinkedHashMap<>();

    /**
     * @param folder where the files stand, if it was named
     * @param clip the folder of the CLIP to take, within {@code folder}
     */
    public MetricWeights(Optional<Path> folder, String clip) {
        this.folder = folder;
        this.clip = clip;
    }

    /** {@link InputException} names the first file that one of the metrics needs and that is not there. */
    void require(Set<Metric> metrics) {
        if (metrics.stream().anyMatch(metric -> metric.ofWholePictures() || metric.ofPatches())
                && !isThere(INCEPTION_PTH)) {
            path(INCEPTION, INCEPTION_WORDS);
        }
        if (metrics.contains(Metric.CLIP)) {
            path(clip + "/model.safetensors", CLIP_WORDS);
        }
        if (metrics.contains(Metric.CLIP_IQA)) {
            path(CLIP_RN50, CLIP_RN50_WORDS);
        }
        if (metrics.contains(Metric.CLIP) || metrics.contains(Metric.CLIP_IQA)) {
            path(clip + "/vocab.json", TOKENIZER_WORDS);
            path(clip + "/merges.txt", TOKENIZER_WORDS);
        }
    }

    Inception inception() {
        if (isThere(INCEPTION) || !isThere(INCEPTION_PTH)) {
            return Inception.load(file(INCEPTION, INCEPTION_WORDS));
        }
        return Inception.load(file(INCEPTION_PTH, INCEPTION_WORDS));
    }

    Clip clip() {
        var path = path(clip, CLIP_WORDS);
        var network = Clip.load(path);
        note(clip + "/model.safetensors", path.resolve("model.safetensors"));
        return network;
    }

    /** The tokenizer of all CLIPs is one: that of the folder, else one beside the files. */
    ClipTokenizer tokenizer() {
        var path = path(clip, TOKENIZER_WORDS);
        return ClipTokenizer.load(path);
    }

    ClipResNet clipResNet() {
        return ClipResNet.load(file(CLIP_RN50, CLIP_RN50_WORDS));
    }

    ClipResNetText clipResNetText() {
        return ClipResNetText.load(file(CLIP_RN50, CLIP_RN50_WORDS));
    }

    Lpips lpips() {
        var what = "VGG-16's features with LPIPS' layers";
        if (isThere(LPIPS) || !isThere(VGG_PTH) || !isThere(LPIPS_PTH)) {
            return Lpips.load(file(LPIPS, what));
        }
        return Lpips.load(file(VGG_PTH, what), file(LPIPS_PTH, what));
    }

    /** The SHA-256 of a file that was opened. */
    String sha256(String name) {
        return used.get(name);
    }

    /** The SHA-256 of Inception's weights. */
    String inceptionSha256() {
        return used.getOrDefault(INCEPTION, used.get(INCEPTION_PTH));
    }

    /** The SHA-256 of CLIP's weights. */
    String clipSha256() {
        return used.get(clip + "/model.safetensors");
    }

    /** The files that were opened, with their SHA-256. */
    public Map<String, String> used() {
        return new LinkedHashMap<>(used);
    }

    private boolean isThere(String name) {
        return folder.isPresent() && Files.exists(folder.get().resolve(name));
    }

    private Path file(String name, String what) {
        var path = path(name, what);
        note(name, path);
        return path;
    }

    private Path path(String name, String what) {
        if (folder.isEmpty()) {
            throw new InputException(
                    "this metric needs " + what + "; name the folder that holds " + name + " as the weights' folder");
        }
        var path = folder.get().resolve(name);
        if (!Files.exists(path)) {
            throw new InputException(
                    path + " is missing: this metric needs " + what + "; docs/evaluation.md says where it comes from");
        }
        return path;
    }

    private void note(String name, Path path) {
        used.computeIfAbsent(name, key -> sha256(path));
    }

    private static String sha256(Path path) {
        try (var channel = FileChannel.open(path)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = ByteBuffer.allocate(CHUNK);
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new InputException(path + " cannot be read: " + Shown.reason(e), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
