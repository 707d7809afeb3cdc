package io.mural.train.parity;

import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Conv;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Padding;
import io.mural.tensor.Rope;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.train.flow.FlowLoss;
import io.mural.train.flow.Posterior;
import io.mural.train.optimize.Clipping;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The gradient of one operation. */
final class OpCases {
    private final ParityCase given;
    private final TapeOps ops;
    private final Judged judged;
    private final List<Runnable> gradients = new ArrayList<>();

    private OpCases(ParityCase given, TapeOps ops) {
        this.given = given;
        this.ops = ops;
        this.judged = new Judged(given);
    }

    static Judgement judge(ParityCase given, TapeOps ops) {
        var run = new OpCases(given, ops);
        run.judge();
        return run.judged.judgement();
    }

    private void judge() {
        switch (given.params().string("op")) {
            case "clipByGlobalNorm" -> clip();
            case "mse" -> mse();
            case "reparameterise" -> reparameterise();
            default -> {
                var prepared = prepare();
                ops.pass(() -> {
                    var y = prepared.run();
                    judged.value("y", ops.read(y));
                    ops.backward(
                            y, ops.tensor(given.floats("in.grad"), y.shape().toArray()));
                    gradients.forEach(Runnable::run);
                });
            }
        }
    }

    private interface Operation {
        Tensor run();
    }

    /** What stands outside of the pass is made here: weights. */
    private Operation prepare() {
        return switch (given.params().string("op")) {
            case "linear" -> linear();
            case "embedding" -> embedding();
            case "conv2d" -> conv2d();
            case "attention" -> this::attention;
            default -> this::simple;
        };
    }

    private Tensor simple() {
        var params = given.params();
        float eps = (float) params.number("eps", 0);
        switch (params.string("op")) {
            case "activate" -> {
                var x = changed("x");
                ops.activate(x, activation());
                return x;
            }
            case "add" -> {
                var x = changed("x");
                ops.add(x, input("other"));
                return x;
            }
            case "multiply" -> {
                var x = changed("x");
                ops.multiply(x, input("other"));
                return x;
            }
            case "addGated" -> {
                var x = changed("x");
                ops.addGated(x, input("gate"), input("other"));
                return x;
            }
            case "layerNorm" -> {
                return ops.layerNorm(input("x"), input("weight"), input("bias"), eps);
            }
            case "modulatedNorm" -> {
                return ops.modulatedNorm(input("x"), input("shift"), input("scale"), eps);
            }
            case "rmsNorm" -> {
                return ops.rmsNorm(input("x"), input("weight"), eps);
            }
            case "normRope" -> {
                var x = changed("x");
                var pairs = Rope.Pairs.valueOf(params.string("pairs").toUpperCase(Locale.ROOT));
                ops.normRope(x, input("weight"), eps, new Rope(constant("cos"), constant("sin"), pairs));
                return x;
            }
            case "groupNorm" -> {
                return ops.groupNorm(
                        input("x"), params.integer("groups"), input("weight"), input("bias"), eps, activation());
            }
            case "upsample2x" -> {
                return ops.upsample2x(input("x"));
            }
            default ->
                throw new InputException("the operation \"" + params.string("op") + "\" is not known to this version");
        }
    }

    private Activation activation() {
        return Activation.valueOf(given.params().string("activation", "none").toUpperCase(Locale.ROOT));
    }

    private Tensor constant(String name) {
        var shape = given.values().info("in." + name).shape();
        return ops.tensor(
                given.floats("in." + name),
                shape.stream().mapToInt(Math::toIntExact).toArray());
    }

    /** An input whose gradient is compared where the case has one. */
    private Tensor input(String name) {
        var tensor = constant(name);
        if (given.values().tensors().containsKey("out.grad." + name)) {
            ops.watch(tensor);
            gradients.add(() -> judged.gradient(name, ops.gradientOf(tensor)));
        }
        return tensor;
    }

    /** A copy of an input, for an operation that works in place. */
    private Tensor changed(String name) {
        var input = input(name);
        var copy = ops.empty(input.shape().toArray());
        ops.copy(copy, input);
        return copy;
    }

    // --- with weights -----------------------------------------------------------------------------------------------

    private Matrix weight(String name, int rows, int cols) {
        if (!given.values().tensors().containsKey("out.grad." + name)) {
            return Weights.of(given.values()).matrix("in." + name, rows, cols);
        }
        var matrix = Matrix.F32.of(name, rows, cols, ops.tensor(given.floats("in." + name), rows, cols));
        ops.train(matrix);
        gradients.add(() -> judged.gradient(name, ops.gradient(matrix).toArray()));
        return matrix;
    }

    private Operation linear() {
        var params = given.params();
        int out = given.dim("in.weight", 0);
        int in = given.dim("in.weight", 1);
        var weight = weight("weight", out, in);
        var adapters = new ArrayList<LowRank>();
        var scales = params.has("scales")
                ? params.numbers("scales")
                : params.has("scale") ? new double[] {params.number("scale")} : new double[0];
        for (int i = 0; i < scales.length; i++) {
            var end = i == 0 ? "" : Integer.toString(i + 1);
            int rank = given.dim("in.down" + end, 0);
            adapters.add(new LowRank(weight("down" + end, rank, in), weight("up" + end, out, rank), (float) scales[i]));
        }
        var bias = ops.tensor(given.floats("in.bias"), out);
        if (given.values().tensors().containsKey("out.grad.bias")) {
            ops.train(bias);
            gradients.add(() -> judged.gradient("bias", ops.gradient(bias).toArray()));
        }
        var layer = new Linear(weight, Optional.of(bias), adapters);
        var part = params.has("rows") ? layer.rows(params.integers("rows")[0], params.integers("rows")[1]) : layer;
        return () -> ops.linear(input("x"), part, activation());
    }

    private Operation embedding() {
        var table = weight("table", given.dim("in.table", 0), given.dim("in.table", 1));
        return () -> ops.embedding(table, given.ids("in.ids"));
    }

    private Operation conv2d() {
        int in = given.dim("in.weight", 1);
        int kernel = given.dim("in.weight", 2);
        int out = given.dim("in.weight", 0);
        var weight = weight("weight", out, in * kernel * kernel);
        var bias = ops.tensor(given.floats("in.bias"), out);
        ops.train(bias);
        gradients.add(() -> judged.gradient("bias", ops.gradient(bias).toArray()));
        var padding = given.params().integers("padding");
        return () -> ops.conv2d(
                input("x"),
                new Conv(weight, Optional.of(bias), in, kernel),
                given.params().integer("stride"),
                new Padding(padding[0], padding[1]));
    }

    private Tensor attention() {
        var params = given.params();
        var q = input("q");
        var k = input("k");
        var v = input("v");
        var bias = given.values().tensors().containsKey("in.distance_bias")
                ? Optional.of(input("distance_bias"))
                : Optional.<Tensor>empty();
        var out = ops.empty(q.rows(), q.cols());
        var of = new AttentionCall(
                out, q, k, v, params.integer("heads"), (float) params.number("scale"), layout(), bias);
        var logSumExp = ops.empty(of.heads(), q.rows());
        ops.device().gradients().logSumExp(logSumExp, of);
        judged.value("logsumexp", ops.read(logSumExp));
        ops.attention(of);
        return out;
    }

    /** [[from, to, [[key from, key to], ...]], ...] */
    private AttentionLayout layout() {
        var blocks = new ArrayList<AttentionLayout.Block>();
        for (var entry : list(given.params().asMap().get("layout"))) {
            var block = list(entry);
            var runs = new ArrayList<AttentionLayout.Run>();
            for (var pair : list(block.get(2))) {
                runs.add(new AttentionLayout.Run(
                        integer(list(pair).get(0)), integer(list(pair).get(1))));
            }
            blocks.add(new AttentionLayout.Block(integer(block.get(0)), integer(block.get(1)), runs));
        }
        return AttentionLayout.of(given.params().integer("keys"), blocks);
    }

    private List<?> list(Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new InputException(given.file() + ": \"layout\" should be lists of [from, to, runs]");
    }

    private int integer(Object value) {
        if (value instanceof Number number) {
            return number.intValue();
        }
        throw new InputException(given.file() + ": \"layout\" should hold whole numbers");
    }

    // --- beside operations ------------------------------------------------------------------------------------------

    private void clip() {
        var names = given.values().tensors().keySet().stream()
                .filter(name -> name.startsWith("in."))
                .map(name -> name.substring("in.".length()))
                .toList();
        var tensors = names.stream().map(this::constant).toList();
        double norm = Clipping.clip(tensors, given.params().number("max_norm"));
        judged.value("norm", (float) norm);
        for (int i = 0; i < names.size(); i++) {
            judged.value(names.get(i), tensors.get(i).toArray());
        }
    }

    private void mse() {
        var x = given.floats("in.x");
        var loss = FlowLoss.of(x, new float[x.length], given.floats("in.target"), 1, 1);
        judged.value("loss", (float) loss.value());
        judged.gradient("x", loss.gradient());
    }

    private void reparameterise() {
        var mean = given.floats("in.mean");
        var logVariance = given.floats("in.logvar");
        var noise = given.floats("in.noise");
        judged.value("z", Posterior.sample(mean, logVariance, noise));
        judged.value("kl", (float) Posterior.divergence(mean, logVariance));
        var gradients = Posterior.backward(
                given.floats("in.grad"),
                mean,
                logVariance,
                noise,
                given.params().number("kl_weight"));
        judged.gradient("mean", gradients.mean());
        judged.gradient("logvar", gradients.logVariance());
    }
}
