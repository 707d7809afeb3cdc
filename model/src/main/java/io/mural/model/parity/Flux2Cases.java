package io.mural.model.parity;

import io.mural.model.flux2.Flux2Config;
import io.mural.model.flux2.Flux2Transformer;
import io.mural.model.pipeline.Flux2Model;
import io.mural.model.pipeline.LoraFile;
import io.mural.tensor.Ops;
import io.mural.weights.Json;
import java.util.List;
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
