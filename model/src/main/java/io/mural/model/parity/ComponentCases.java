package io.mural.model.parity;

import io.mural.model.family.Flux1Model;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.LoraFile;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.text.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The cases of single components: transformer, text encoders, autoencoder. */
final class ComponentCases {
    private final Supplier<Ops> device;

    ComponentCases(Supplier<Ops> device) {
        this.device = device;
    }

    /** @return the error */
    double transformer(ParityCase given) {
        var params = given.params();
        var loras = params.has("lora")
                ? List.of(new LoraFile(
                        given.resolve(params.string("lora")), params.number("lora_scale", 1), LoraFile.Mode.ADAPTER))
                : List.<LoraFile>of();
        Optional<Flux1Config> config = params.has("config")
                ? Optional.of(Flux1Config.of(Json.read(given.resolve(params.string("config")))))
                : Optional.empty();
        return withModel(given, config, loras, (model, ops) -> {
            var transformer = model.transformer();
            int txtTokens = given.dim("in.encoder_hidden_states", 1);
            var context = new Flux1Transformer.Context(
                    tokens(ops, given, "in.encoder_hidden_states"),
                    ops.tensor(given.floats("in.pooled_projections"), 1, given.dim("in.pooled_projections", 1)),
                    params.number("guidance", 0),
                    transformer.positions(ops, txtTokens, params.integer("height"), params.integer("width")));
            var latents = tokens(ops, given, "in.hidden_states");
            var sample = transformer.forward(ops, latents, params.number("timestep"), context);
            return Deviation.of("sample", ops.read(sample), given.floats("out.sample"));
        });
    }

    /** One evaluation with a guide; latents go in window by window. */
    double hierarchical(ParityCase given) {
        var params = given.params();
        var geometry = HierarchicalGeometry.of(params, HierarchicalGeometry.FLUX1);
        var order = new WindowOrder(params.integer("height"), params.integer("width"), geometry.window());
        var lora = new HierarchicalLora(
                given.resolve(params.string("lora")), params.number("lora_scale", 1), HierarchicalLora.Scope.GUIDE);
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var guided = model.guidedTransformer(lora);
            var scene = new Scene(
                    geometry,
                    order,
                    params.integer("guidance_height"),
                    params.integer("guidance_width"),
                    given.floats("in.guidance_latents"));
            var context = guided.context(
                    ops,
                    scene,
                    tokens(ops, given, "in.encoder_hidden_states"),
                    ops.tensor(given.floats("in.pooled_projections"), 1, given.dim("in.pooled_projections", 1)),
                    params.number("guidance", 0),
                    OutsideMemory.KEEP);
            var latents = ops.tensor(
                    order.fromRaster(given.floats("in.hidden_states")),
                    given.dim("in.hidden_states", 1),
                    given.dim("in.hidden_states", 2));
            var sample = guided.transformer().forward(ops, latents, params.number("timestep"), context);
            return Deviation.of("sample", order.toRaster(ops.read(sample)), given.floats("out.sample"));
        });
    }

    double clipText(ParityCase given) {
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var output = model.clip().forward(ops, given.ids("in.input_ids"));
            return given.deviation(Map.of(
                    "last_hidden_state",
                    () -> ops.read(output.hidden()),
                    "pooler_output",
                    () -> ops.read(output.pooled())));
        });
    }

    double t5Encoder(ParityCase given) {
        return withModel(
                given,
                Optional.empty(),
                List.of(),
                (model, ops) -> Deviation.of(
                        "last_hidden_state",
                        ops.read(model.t5().forward(ops, given.ids("in.input_ids"))),
                        given.floats("out.last_hidden_state")));
    }

    double vaeDecode(ParityCase given) {
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var latent = Planes.picture(ops, given, "in.latents");
            return Deviation.of("image", Planes.of(ops, model.vae().decode(ops, latent)), given.floats("out.image"));
        });
    }

    double vaeEncode(ParityCase given) {
        return withModel(given, Optional.empty(), List.of(), (model, ops) -> {
            var image = Planes.picture(ops, given, "in.image");
            return Deviation.of("latents", Planes.of(ops, model.vae().encode(ops, image)), given.floats("out.latents"));
        });
    }

    private interface Judge {
        double error(Flux1Model model, Ops ops);
    }

    private double withModel(ParityCase given, Optional<Flux1Config> config, List<LoraFile> loras, Judge judge) {
        try (var model = new Flux1Model(given.model(), Optional.empty(), loras, config);
                var ops = device.get()) {
            return judge.error(model, ops);
        }
    }

    /** A case's [1, tokens, features] as [tokens, features]. */
    private static Tensor tokens(Ops ops, ParityCase given, String tensor) {
        return ops.tensor(given.floats(tensor), given.dim(tensor, 1), given.dim(tensor, 2));
    }
}
