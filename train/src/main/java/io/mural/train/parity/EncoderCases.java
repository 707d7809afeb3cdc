package io.mural.train.parity;

import io.mural.model.family.Flux1Model;
import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.train.optimize.Parameter;
import io.mural.train.weights.FullWeights;
import io.mural.train.weights.RelativeBiasGradient;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Gradients of all weights of text encoders and autoencoder, given the gradient of their output. */
final class EncoderCases {
    /** Log-variances are held within these. */
    private static final float LEAST_LOG_VARIANCE = -30;

    private static final float LARGEST_LOG_VARIANCE = 20;

    private final ParityCase given;
    private final TapeOps ops;
    private final Judged judged;
    private Optional<FullWeights> trained = Optional.empty();

    private EncoderCases(ParityCase given, TapeOps ops) {
        this.given = given;
        this.ops = ops;
        this.judged = new Judged(given);
    }

    static Judgement judge(ParityCase given, Supplier<TapeOps> device) {
        try (var model = new Flux1Model(given.model(), Optional.empty(), List.of());
                var ops = device.get()) {
            var run = new EncoderCases(given, ops);
            try {
                switch (given.component()) {
                    case "clip-text-gradient" -> run.clip(model);
                    case "t5-encoder-gradient" -> run.t5(model);
                    case "vae-decode-gradient" -> run.decode(model);
                    default -> run.encode(model);
                }
            } finally {
                run.trained.ifPresent(FullWeights::close);
            }
            return run.judged.judgement();
        }
    }

    /** Replaces all tensors that the case has gradients of. */
    private UnaryOperator<Weights> training(String prefix) {
        return weights -> {
            var names = new ArrayList<String>();
            for (var name : given.values().tensors().keySet()) {
                var tensor = prefix + name.substring(Math.min(name.length(), "out.grad.".length()));
                if (name.startsWith("out.grad.") && weights.has(tensor)) {
                    names.add(tensor);
                }
            }
            trained = Optional.of(new FullWeights(weights, names));
            return trained.get().in(weights);
        };
    }

    private List<Parameter> parameters() {
        return trained.orElseThrow().on(ops);
    }

    private void judgeGradients(List<Parameter> parameters, String prefix) {
        for (var parameter : parameters) {
            judged.gradient(
                    parameter.name().substring(prefix.length()),
                    parameter.gradient().toArray());
        }
    }

    private void clip(Flux1Model model) {
        var prefix = "text_model.";
        var encoder = model.clip(training(prefix));
        var parameters = parameters();
        ops.pass(() -> {
            var pooled = encoder.forward(ops, given.ids("in.input_ids")).pooled();
            judged.value("pooler_output", ops.read(pooled));
            ops.backward(pooled, ops.tensor(given.floats("in.grad"), 1, pooled.cols()));
        });
        judgeGradients(parameters, prefix);
    }

    private void t5(Flux1Model model) {
        var encoder = model.t5(training(""));
        var parameters = parameters();
        var table = RelativeBiasGradient.of(ops, encoder, parameters);
        ops.pass(() -> {
            var hidden = encoder.forward(ops, given.ids("in.input_ids"));
            judged.value("last_hidden_state", ops.read(hidden));
            ops.backward(hidden, given.tokens(ops, "in.grad"));
            table.ifPresent(RelativeBiasGradient::collect);
        });
        judgeGradients(parameters, "");
    }

    private void decode(Flux1Model model) {
        var vae = model.vae(training(""));
        picture("in.latents", "image", (tape, latents) -> vae.decode(tape, latents));
    }

    private void encode(Flux1Model model) {
        var vae = model.vae(training(""));
        picture("in.image", "moments", (tape, image) -> vae.moments(tape, image));
    }

    private void picture(String input, String output, BiFunction<TapeOps, Tensor, Tensor> forward) {
        var parameters = parameters();
        ops.pass(() -> {
            var x = ops.tensor(
                    pixels(given.floats(input), given.dim(input, 1)),
                    given.dim(input, 2),
                    given.dim(input, 3),
                    given.dim(input, 1));
            boolean ofInput = given.values().tensors().containsKey("out.grad." + input.substring("in.".length()));
            if (ofInput) {
                ops.watch(x);
            }
            var y = forward.apply(ops, x);
            var values = ops.read(y);
            var gradient = pixels(given.floats("in.grad"), given.dim("in.grad", 1));
            if (output.equals("moments")) {
                clamp(values, gradient, y.cols());
            }
            judged.value(output, planes(values, y.cols()));
            ops.backward(y, ops.tensor(gradient, y.shape().toArray()));
            if (ofInput) {
                judged.gradient(input.substring("in.".length()), planes(ops.gradientOf(x), x.cols()));
            }
        });
        judgeGradients(parameters, "");
    }

    /** The second half of the channels are log-variances; where they are held back nothing flows. */
    private static void clamp(float[] moments, float[] gradient, int channels) {
        for (int i = 0; i < moments.length; i++) {
            boolean variance = i % channels >= channels / 2;
            float held = Math.clamp(moments[i], LEAST_LOG_VARIANCE, LARGEST_LOG_VARIANCE);
            if (variance && held != moments[i]) {
                moments[i] = held;
                gradient[i] = 0;
            }
        }
    }

    /** [channels, pixels] to [pixels, channels]. */
    private static float[] pixels(float[] planes, int channels) {
        var pixels = new float[planes.length];
        int count = planes.length / channels;
        for (int i = 0; i < planes.length; i++) {
            pixels[i % count * channels + i / count] = planes[i];
        }
        return pixels;
    }

    private static float[] planes(float[] pixels, int channels) {
        return pixels(pixels, pixels.length / channels);
    }
}
