package io.mural.model.parity;

import io.mural.model.family.Flux2Model;
import io.mural.model.flux2.Flux2Config;
import io.mural.model.flux2.Flux2Transformer;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.LoraFile;
import io.mural.model.sampling.Latents;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.text.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The cases of single components of FLUX.2. */
final class Flux2Cases {
    private final Supplier<Ops> device;

    Flux2Cases(Supplier<Ops> device) {
        this.device = device;
    }

    /** @return the error */
    double transformer(ParityCase given) {
        var params = given.params();
        var loras = params.has("lora")
                ? List.of(new LoraFile(
                        given.resolve(params.string("lora")), params.number("lora_scale", 1), LoraFile.Mode.ADAPTER))
                : List.<LoraFile>of();
        Optional<Flux2Config> config = params.has("config")
                ? Optional.of(Flux2Config.of(Json.read(given.resolve(params.string("config")))))
                : Optional.empty();
        return withModel(given, config, loras, (model, ops) -> {
            var transformer = model.transformer();
            var txt = given.tokens(ops, "in.encoder_hidden_states");
            var context = new Flux2Transformer.Context(
                    txt,
                    params.number("guidance", 0),
                    transformer.positions(ops, txt.rows(), params.integer("height"), params.integer("width")));
            var latents = given.tokens(ops, "in.hidden_states");
            var sample = transformer.forward(ops, latents, params.number("timestep"), context);
            return Deviation.of("sample", ops.read(sample), given.floats("out.sample"));
        });
    }

    /** One evaluation with a guide; latents go in window by window. */
    double hierarchical(ParityCase given) {
        var params = given.params();
        var geometry = HierarchicalGeometry.of(params, HierarchicalGeometry.FLUX1);
        var order = new WindowOrder(params.integer("height"), params.integer("width"), geometry.window());
        var scene = new Scene(
                geometry,
                order,
                params.integer("guidance_height"),
                params.integer("guidance_width"),
                given.floats("in.guidance_latents"));
        var lora = new HierarchicalLora(
                given.resolve(params.string("lora")), params.number("lora_scale", 1), HierarchicalLora.Scope.GUIDE);
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var guided = model.guidedTransformer(lora);
            var txt = given.tokens(ops, "in.encoder_hidden_states");
            var context = guided.context(ops, scene, txt, params.number("guidance", 0), OutsideMemory.KEEP);
            var latents = ops.tensor(
                    order.fromRaster(given.floats("in.hidden_states")),
                    given.dim("in.hidden_states", 1),
                    given.dim("in.hidden_states", 2));
            var sample = guided.transformer().forward(ops, latents, params.number("timestep"), context);
            return Deviation.of("sample", order.toRaster(ops.read(sample)), given.floats("out.sample"));
        });
    }

    double vaeDecode(ParityCase given) {
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var image = model.vae().kl().decode(ops, Planes.picture(ops, given, "in.latents"));
            return Deviation.of("image", Planes.of(ops, image), given.floats("out.image"));
        });
    }

    double vaeEncode(ParityCase given) {
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var latents = model.vae().kl().encode(ops, Planes.picture(ops, given, "in.image"));
            return given.deviation(Map.of(
                    "latents",
                    () -> Planes.of(ops, latents),
                    "latents_normalised",
                    () -> normalised(given, model, ops, latents)));
        });
    }

    /** Tokens of 2x2 latents; a case whose latents make no whole tokens has none. */
    private static float[] normalised(ParityCase given, Flux2Model model, Ops ops, Tensor latents) {
        int height = latents.shape().dim(0);
        int width = latents.shape().dim(1);
        if (height % 2 != 0 || width % 2 != 0) {
            throw new InputException(given.file() + ": latents of " + width + "x" + height
                    + " make no whole tokens, so that there can be no out.latents_normalised");
        }
        var tokens = Latents.pack(ops.read(latents), latents.cols(), height, width);
        model.vae().statistics().normalise(tokens);
        return Planes.of(tokens, given.dim("out.latents_normalised", 1));
    }

    double qwen3Encoder(ParityCase given) {
        var outputs = Arrays.stream(given.params().integers("layers")).boxed().toList();
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var embeds = model.textEncoder(outputs).forward(ops, given.ids("in.input_ids"), used(given));
            return Deviation.of("prompt_embeds", ops.read(embeds), given.floats("out.prompt_embeds"));
        });
    }

    private static int used(ParityCase given) {
        int[] mask = given.ids("in.attention_mask");
        int used = Arrays.stream(mask).sum();
        if (used < 1 || Arrays.stream(mask, 0, used).anyMatch(m -> m != 1)) {
            throw new InputException(given.file() + ": in.attention_mask has to mask nothing but the end");
        }
        return used;
    }

    private interface Judge {
        double error(Flux2Model model, Ops ops);
    }

    private double withModel(ParityCase given, Optional<Flux2Config> config, List<LoraFile> loras, Judge judge) {
        try (var model = new Flux2Model(given.model(), Optional.empty(), loras, config);
                var ops = device.get()) {
            return judge.error(model, ops);
        }
    }
}
