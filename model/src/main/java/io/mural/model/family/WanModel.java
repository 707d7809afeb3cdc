package io.mural.model.family;

import io.mural.model.request.LoraFile;
import io.mural.model.request.VideoDefaults;
import io.mural.model.text.T5Config;
import io.mural.model.text.UmT5Encoder;
import io.mural.model.token.UmT5Tokenizer;
import io.mural.model.vae.wan.WanVae;
import io.mural.model.vae.wan.WanVaeConfig;
import io.mural.model.wan.AttentionPattern;
import io.mural.model.wan.UltraGenAttention;
import io.mural.model.wan.WanConfig;
import io.mural.model.wan.WanTransformer;
import io.mural.tensor.Ops;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import io.mural.weights.stream.WeightBlocks;
import io.mural.weights.text.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A Wan 2.1 text-to-video model on disk. Its parts are read when first needed; the text encoder, by far the largest, can
 * be closed when the prompts are encoded. Not for several threads at once.
 */
public final class WanModel implements AutoCloseable {
    private final WanFiles files;
    private final Loras loras;
    private final WanConfigs configs;
    private final AttentionPattern pattern;
    private Optional<WanTransformer> transformer = Optional.empty();
    private Optional<UmT5Encoder> textEncoder = Optional.empty();
    private Optional<UmT5Tokenizer> tokenizer = Optional.empty();
    private Optional<WanVae> vae = Optional.empty();

    /**
     * Sizes of parts that neither come with a config nor have published sizes.
     *
     * @param transformer of the transformer
     * @param textEncoder of the text encoder
     * @param vae of the autoencoder
     */
    public record WanConfigs(
            Optional<JsonObject> transformer, Optional<JsonObject> textEncoder, Optional<JsonObject> vae) {
        public static final WanConfigs NONE = new WanConfigs(Optional.empty(), Optional.empty(), Optional.empty());
    }

    public WanModel(WanSource source, List<LoraFile> loras, AttentionPattern pattern, WanConfigs configs) {
        this.files = new WanFiles(source);
        this.loras = new Loras(loras);
        this.pattern = pattern;
        this.configs = configs;
    }

    public WanTransformer transformer() {
        if (transformer.isEmpty()) {
            var weights = loras.apply(transformerWeights());
            transformer = Optional.of(new WanTransformer(config(weights), pattern, weights));
        }
        return transformer.get();
    }

    /** The transformer's weights as the files have them. */
    Weights transformerWeights() {
        return files.weights(Part.WAN_TRANSFORMER);
    }

    private WanConfig config(Weights weights) {
        return configs.transformer()
                .or(() -> files.config(Part.WAN_TRANSFORMER))
                .map(WanConfig::of)
                .orElseGet(() -> WanConfig.of(weights));
    }

    /** What of the LoRA files is not applied, one line each. */
    public List<String> applyLoras() {
        transformer();
        return loras.notes(transformerWeights());
    }

    /** What to ask the model for by default: what its own {@code mural.json}, its weights and its scheduler's file say. */
    public VideoDefaults defaults() {
        var published = isUltraGen()
                ? VideoDefaults.ULTRAGEN
                : files.scheduler()
                        .filter(json -> json.has("flow_shift"))
                        .map(json -> VideoDefaults.WAN.withShift(json.number("flow_shift")))
                        .orElse(VideoDefaults.WAN);
        return files.defaults().map(json -> VideoDefaults.of(json, published)).orElse(published);
    }

    /** Whether blocks of the transformer have UltraGen's layers. */
    public boolean isUltraGen() {
        var weights = transformerWeights();
        for (int i = 0; i < weights.blocks("blocks"); i++) {
            if (UltraGenAttention.isOne(weights.under("blocks." + i + ".attn1"))) {
                return true;
            }
        }
        return false;
    }

    /** Bytes of all parts in their files. */
    public long bytes() {
        long text = files.weights(Part.UMT5).bytes();
        return text + transformerWeights().bytes() + files.weights(Part.WAN_VAE).bytes();
    }

    public UmT5Encoder textEncoder() {
        if (textEncoder.isEmpty()) {
            var config = configs.textEncoder()
                    .or(() -> files.config(Part.UMT5))
                    .map(T5Config::of)
                    .orElse(T5Config.PUBLISHED_UMT5);
            textEncoder = Optional.of(new UmT5Encoder(config, files.weights(Part.UMT5)));
        }
        return textEncoder.get();
    }

    /** The weights of the text encoder, by the units that use them. */
    public WeightBlocks textBlocks() {
        var text = files.weights(Part.UMT5);
        var blocks = new WeightBlocks(text.bytes());
        for (int i = 0; i < text.blocks("encoder.block"); i++) {
            blocks.add(text.under("encoder.block." + i), "encoder.block." + i);
        }
        return blocks;
    }

    /** The weights of the transformer, by the units that use them. */
    public WeightBlocks transformerBlocks() {
        var weights = transformerWeights();
        var blocks = new WeightBlocks(weights.bytes());
        for (int i = 0; i < weights.blocks("blocks"); i++) {
            blocks.add(weights.under("blocks." + i), "blocks." + i);
        }
        return blocks;
    }

    /** What tells the files of all parts and of the LoRAs from others. */
    public String fingerprint() {
        return files.fingerprint() + loras.fingerprint();
    }

    /** Gives the text encoder's files back. */
    public void closeTextEncoder() {
        textEncoder = Optional.empty();
        files.close(Part.UMT5);
    }

    public UmT5Tokenizer tokenizer() {
        if (tokenizer.isEmpty()) {
            tokenizer = Optional.of(UmT5Tokenizer.load(files.tokenizer()));
        }
        return tokenizer.get();
    }

    public WanVae vae() {
        if (vae.isEmpty()) {
            var config = configs.vae()
                    .or(() -> files.config(Part.WAN_VAE))
                    .map(WanVaeConfig::of)
                    .orElse(WanVaeConfig.PUBLISHED);
            vae = Optional.of(new WanVae(config, files.weights(Part.WAN_VAE)));
        }
        return vae.get();
    }

    /**
     * The text encoder's rows of a prompt [rows, textDim], on the heap: those behind its tokens are zero, and the
     * transformer attends to them.
     */
    public float[] encode(Ops ops, String prompt, int rows) {
        var tokens = tokenizer().encode(prompt, rows);
        return encode(ops, Arrays.copyOf(tokens.ids(), tokens.used()), rows);
    }

    /** As {@link #encode(Ops, String, int)} for the ids of a text without its padding. */
    public float[] encode(Ops ops, int[] ids, int rows) {
        var encoder = textEncoder();
        var embeds = ops.read(encoder.forward(ops, ids));
        return Arrays.copyOf(embeds, rows * encoder.config().dModel());
    }

    @Override
    public void close() {
        loras.close();
        files.close();
    }
}
