package io.mural.bench.synthetic;

import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux2.Flux2Config;
import io.mural.model.text.ClipConfig;
import io.mural.model.text.Qwen3Config;
import io.mural.model.text.T5Config;
import io.mural.model.vae.VaeConfig;
import io.mural.model.vae.wan.WanVaeConfig;
import io.mural.model.wan.WanConfig;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The families of models that can be made, each from the configs of a model of that family. */
public enum Family {
    FLUX1 {
        @Override
        List<Component> components(UnaryOperator<String> configs) {
            var transformer = Flux1Config.of(json(configs, "transformer/config.json"));
            var clip = ClipConfig.of(json(configs, "text_encoder/config.json"));
            var t5 = T5Config.of(json(configs, "text_encoder_2/config.json"));
            var vae = VaeConfig.of(json(configs, "vae/config.json"));
            return List.of(
                    new Component(
                            Part.TRANSFORMER, "transformer", DIFFUSION, LARGE, TransformerTensors.flux1(transformer)),
                    new Component(Part.TEXT, "text_encoder", MODEL, SMALL, TextTensors.clip(clip)),
                    new Component(Part.TEXT, "text_encoder_2", MODEL, SMALL, TextTensors.t5(t5)),
                    new Component(Part.VAE, "vae", DIFFUSION, LARGE, VaeTensors.flux1(vae)));
        }

        @Override
        Map<String, byte[]> tokenizers(UnaryOperator<String> configs) {
            var clip = ClipConfig.of(json(configs, "text_encoder/config.json"));
            var t5 = T5Config.of(json(configs, "text_encoder_2/config.json"));
            var pairs = BytePairVocabulary.withWordEnds(clip.vocabSize() - 2);
            pairs.addSpecial("<|startoftext|>");
            pairs.addSpecial("<|endoftext|>");
            var files = bytePairs(pairs);
            files.put("tokenizer_2/spiece.model", SentencePieces.model(t5.vocabSize() - T5_SPARE));
            return files;
        }
    },
    FLUX2 {
        @Override
        List<Component> components(UnaryOperator<String> configs) {
            var transformer = Flux2Config.of(json(configs, "transformer/config.json"));
            var qwen = Qwen3Config.of(json(configs, "text_encoder/config.json"));
            var vae = VaeConfig.unscaled(json(configs, "vae/config.json"));
            return List.of(
                    new Component(
                            Part.TRANSFORMER, "transformer", DIFFUSION, LARGE, TransformerTensors.flux2(transformer)),
                    new Component(Part.TEXT, "text_encoder", MODEL, SMALL, TextTensors.qwen3(qwen)),
                    new Component(Part.VAE, "vae", DIFFUSION, LARGE, VaeTensors.flux2(vae)));
        }

        @Override
        Map<String, byte[]> tokenizers(UnaryOperator<String> configs) {
            var config = json(configs, "tokenizer/tokenizer_config.json");
            int first = config.object("added_tokens_decoder").keys().stream()
                    .mapToInt(Integer::parseInt)
                    .min()
                    .orElseThrow();
            return bytePairs(BytePairVocabulary.withSpaces(first));
        }
    },
    WAN {
        @Override
        List<Component> components(UnaryOperator<String> configs) {
            var transformer = WanConfig.of(json(configs, "transformer/config.json"));
            var umT5 = T5Config.of(json(configs, "text_encoder/config.json"));
            var vae = WanVaeConfig.of(json(configs, "vae/config.json"));
            return List.of(
                    new Component(
                            Part.TRANSFORMER, "transformer", DIFFUSION, LARGE, WanTensors.transformer(transformer)),
                    new Component(Part.TEXT, "text_encoder", MODEL, SMALL, TextTensors.umT5(umT5)),
                    new Component(Part.VAE, "vae", DIFFUSION, LARGE, WanTensors.vae(vae)));
        }

        @Override
        Map<String, byte[]> tokenizers(UnaryOperator<String> configs) {
            var umT5 = T5Config.of(json(configs, "text_encoder/config.json"));
            return Map.of("tokenizer/spiece.model", SentencePieces.model(umT5.vocabSize() - T5_SPARE));
        }
    };

    private static final String DIFFUSION = "diffusion_pytorch_model";
    private static final String MODEL = "model";
    /** The largest shard of diffusers and of transformers, bytes. */
    private static final long LARGE = 10_000_000_000L;

    private static final long SMALL = 5_000_000_000L;
    /** Rows of T5's embedding that no piece has. */
    private static final int T5_SPARE = 128;

    /** What can be made by itself. */
    public enum Part {
        TRANSFORMER,
        TEXT,
        VAE
    }

    /**
     * A folder of weights.
     *
     * @param file name of its files, without shard and ending
     * @param shardBytes the most of a file
     */
    record Component(Part part, String folder, String file, long shardBytes, List<SyntheticTensor> tensors) {
        long bytes() {
            return tensors.stream().mapToLong(SyntheticTensor::bytes).sum();
        }

        /** The tensors of each file, in order. */
        List<List<SyntheticTensor>> shards() {
            List<List<SyntheticTensor>> shards = new ArrayList<>();
            long room = 0;
            for (var tensor : tensors) {
                if (shards.isEmpty() || tensor.bytes() > room) {
                    shards.add(new ArrayList<>());
                    room = shardBytes;
                }
                shards.getLast().add(tensor);
                room -= tensor.bytes();
            }
            return shards;
        }
    }

    /** @param configs text of a config by its path in the folder, such as {@code transformer/config.json} */
    abstract List<Component> components(UnaryOperator<String> configs);

    /** Vocabularies made to the size of the text encoders, by their paths in the folder. */
    abstract Map<String, byte[]> tokenizers(UnaryOperator<String> configs);

    /** The configs a folder of the family has, by their paths. */
    List<String> configs() {
        var paths = new ArrayList<>(List.of(
                "scheduler/scheduler_config.json",
                "transformer/config.json",
                "text_encoder/config.json",
                "tokenizer/tokenizer_config.json",
                "vae/config.json"));
        if (this == FLUX1) {
            paths.addAll(List.of("text_encoder_2/config.json", "tokenizer_2/tokenizer_config.json"));
        }
        return paths;
    }

    private static JsonObject json(UnaryOperator<String> configs, String path) {
        return Json.parse(path, configs.apply(path));
    }

    private static Map<String, byte[]> bytePairs(BytePairVocabulary pairs) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        var merges = "#version: 0.2\n" + String.join("\n", pairs.merges()) + "\n";
        files.put("tokenizer/vocab.json", Json.write(pairs.ids()).getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer/merges.txt", merges.getBytes(StandardCharsets.UTF_8));
        return files;
    }
}
