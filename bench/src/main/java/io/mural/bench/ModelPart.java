package io.mural.bench;

import io.mural.bench.synthetic.Family;
import io.mural.bench.synthetic.Family.Part;
import io.mural.bench.synthetic.ModelWriter;
import io.mural.model.family.Flux1Model;
import io.mural.model.family.PictureModel;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.JointBlock;
import io.mural.model.layers.KeysValues;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.text.T5Config;
import io.mural.model.text.T5Encoder;
import io.mural.model.vae.AutoencoderKL;
import io.mural.model.vae.VaeConfig;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Rope;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A part of FLUX.1-dev at its published width with random bfloat16 weights read in place, or a whole picture of the
 * embedded model.
 *
 * @param size image tokens of a block, tokens of the text layer, pixels of a side of what is decoded, steps of a picture
 */
record ModelPart(Kind kind, int size) implements Work {
    private static final int TEXT = 512;
    private static final int REDUCTION = 8;
    private static final Path NANO = Path.of("models", "mural-nano");

    /** What there is to measure. */
    enum Kind {
        DOUBLE_BLOCK(Part.TRANSFORMER),
        SINGLE_BLOCK(Part.TRANSFORMER),
        T5_LAYER(Part.TEXT),
        VAE_DECODE(Part.VAE),
        PICTURE(null);

        private final Part part;

        Kind(Part part) {
            this.part = part;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The work that a name begins with, where it is of this sort. */
    static Optional<Kind> kind(String word) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.word().equals(word))
                .findFirst();
    }

    @Override
    public String name() {
        return kind.word() + ":" + size;
    }

    @Override
    public Map<String, Object> request() {
        return Map.of("op", kind.word(), "size", size);
    }

    /** Counted by the model's own code. */
    @Override
    public double flops() {
        try (var operands = new Operands();
                var plan = new PlanOps()) {
            if (kind == Kind.PICTURE) {
                return 0;
            }
            prepare(plan, operands).run();
            return plan.linearFlops() + plan.attentionFlops() + plan.convolutionFlops();
        }
    }

    @Override
    public Runnable prepare(Ops ops, Operands operands) {
        return switch (kind) {
            case DOUBLE_BLOCK, SINGLE_BLOCK -> block(ops, operands);
            case T5_LAYER -> t5(ops, operands);
            case VAE_DECODE -> decode(ops, operands);
            case PICTURE -> picture(operands);
        };
    }

    /** The folder of a model whose transformer and text encoders have one block of a kind. */
    private Path folder(Operands operands) {
        var folder = operands.folder(kind.part.name());
        if (!folder.resolve("model_index.json").toFile().exists()) {
            new ModelWriter(Family.FLUX1, ModelPart::config, 1, bytes -> {})
                    .write(folder, EnumSet.of(kind.part), Optional.empty());
        }
        return folder;
    }

    private static String config(String path) {
        return Synthesise.Published.FLUX1_DEV
                .config(path)
                .replaceAll("\"num_(single_|hidden_)?layers\": \\d+", "\"num_$1layers\": 1");
    }

    private static Weights weights(Operands operands, Path folder, KeyStyles.Part part) {
        return KeyStyles.weights(operands.owned(Checkpoint.open(folder)), part);
    }

    private Runnable block(Ops ops, Operands operands) {
        var config = Flux1Config.of(Json.parse("config", config("transformer/config.json")));
        var weights = weights(operands, folder(operands).resolve("transformer"), KeyStyles.Part.TRANSFORMER);
        var block = kind == Kind.DOUBLE_BLOCK
                ? JointBlock.doubleStream(weights, Optional.empty(), 0, config)
                : JointBlock.singleStream(weights, Optional.empty(), 0, config);
        int rows = TEXT + size;
        var x = operands.tensor(rows, config.hidden());
        var conditioning = operands.tensor(1, config.hidden());
        var rope = new Rope(
                operands.tensor(rows, config.attentionHeadDim() / 2),
                operands.tensor(rows, config.attentionHeadDim() / 2),
                Rope.Pairs.ADJACENT);
        var layout = AttentionLayout.dense(rows, rows);
        return () -> ops.unit("block", () -> {
            var copy = ops.empty(rows, config.hidden());
            ops.copy(copy, x);
            var joint = KeysValues.empty(ops, rows, config.hidden());
            block.forward(ops, copy, TEXT, conditioning, rope, joint, layout);
        });
    }

    private Runnable t5(Ops ops, Operands operands) {
        var config = T5Config.of(Json.parse("config", config("text_encoder_2/config.json")));
        var encoder =
                new T5Encoder(config, weights(operands, folder(operands).resolve("text_encoder_2"), KeyStyles.Part.T5));
        var ids = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = i;
        }
        return () -> ops.unit("t5", () -> {
            encoder.forward(ops, ids);
        });
    }

    private Runnable decode(Ops ops, Operands operands) {
        var config = VaeConfig.of(Json.parse("config", config("vae/config.json")));
        var vae = new AutoencoderKL(config, weights(operands, folder(operands).resolve("vae"), KeyStyles.Part.VAE));
        var latent = operands.tensor(size / REDUCTION, size / REDUCTION, config.latentChannels());
        return () -> ops.unit("decode", () -> {
            vae.decode(ops, latent);
        });
    }

    /** Text encoders, transformer with classifier-free guidance, decoding; no file is written. */
    private Runnable picture(Operands operands) {
        var model = operands.owned(new Flux1Model(NANO, Optional.empty(), List.of()));
        return () -> {
            new PicturePipeline(model, operands::open).generate(request(model, size), Progress.NONE);
        };
    }

    /** A picture of the model's own size in {@code steps} steps. */
    private static GenerationRequest request(PictureModel model, int steps) {
        var defaults = model.defaults();
        return new GenerationRequest(
                new Text("a sunset over purple mountains and a calm sea", defaults.negative(), defaults.textTokens()),
                model.nativeGrid(),
                new Sampling(steps, 1, defaults.guidance(), defaults.trueCfg(), Optional.empty()),
                Inputs.NONE);
    }
}
