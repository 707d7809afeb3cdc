package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.TapeOps;
import io.mural.train.data.Encoding;
import io.mural.train.data.Identity;
import io.mural.train.data.PictureFolder;
import io.mural.train.data.Samples;
import io.mural.train.files.LoraFiles;
import io.mural.train.files.ModelFolders;
import io.mural.train.flow.Timesteps;
import io.mural.train.flow.TrainableModel;
import io.mural.train.flow.Velocity;
import io.mural.train.optimize.Parameter;
import io.mural.train.weights.FullWeights;
import io.mural.train.weights.LoraWeights;
import io.mural.train.weights.Trained;
import io.mural.weights.names.Lora;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/** A run from pictures to a file: encoders first, then the transformer. */
public final class TrainingRun {
    /** Vectors and small matrices of a model that tell it from another of its sizes. */
    private static final int FINGERPRINT = 4096;

    private final Request request;
    private final Supplier<Ops> device;
    private final Report report;

    /** @param device opens the operations of a stage */
    public TrainingRun(Request request, Supplier<Ops> device, Report report) {
        this.request = request;
        this.device = device;
        this.report = report;
    }

    /**
     * Trains and writes the result.
     *
     * @throws CancellationException if the thread was interrupted; what was trained is saved
     */
    public void run() {
        check();
        try {
            train();
        } catch (InputException e) {
            if (e.getCause() instanceof ClosedByInterruptException) {
                throw new CancellationException("cancelled while pictures were read");
            }
            throw e;
        }
    }

    private void train() {
        try (var model =
                TrainableModel.open(request.model().path(), request.model().base(), List.of())) {
            var identity = fingerprint(model.weights());
            var samples = encoded(model, identity, request.pictures().folder());
            var held = request.pictures().validation().map(folder -> encoded(model, identity, folder));
            report.note(samples.count() + " pictures, "
                    + (held.isPresent() ? held.get().count() : 0) + " held out");
            try (var trained = trained(request, model.weights());
                    var ops = new TapeOps(device.get(), TapeOps.BLOCKS)) {
                train(model, identity, samples, held, trained, ops);
            }
        }
    }

    private void check() {
        if (request.kind() == Kind.FULL) {
            ModelFolders.check(request.out(), request.model().path());
        } else {
            WholeFile.check(request.out());
        }
        WholeFile.check(TrainingState.of(request.out()));
    }

    // --- the model --------------------------------------------------------------------------------------------------

    /** What tells these weights from others: all names and sizes, and the values of the smaller tensors. */
    private static String fingerprint(Weights weights) {
        var identity = new Identity();
        for (var name : weights.names()) {
            var shape = weights.shape(name);
            identity.add(name).add(shape.toString());
            if (shape.size() <= FINGERPRINT) {
                identity.add(weights.values(name));
            }
        }
        return identity.text();
    }

    private Samples encoded(TrainableModel model, String identity, Path folder) {
        var pictures = request.pictures();
        var examples = PictureFolder.read(folder, pictures.caption(), pictures.trigger());
        var defaults = model.pictures().defaults();
        return new Encoding(
                        model.pictures(),
                        identity,
                        device,
                        pictures.cache(),
                        pictures.sizes(),
                        defaults.textTokens(),
                        report::note)
                .encode(examples);
    }

    /** The weights that a run trains, as they begin. */
    static Trained trained(Request request, Weights model) {
        var adapter = request.adapter();
        if (request.kind() == Kind.FULL) {
            return new FullWeights(model, FullTargets.of(adapter.targets(), model));
        }
        if (adapter.from().isEmpty()) {
            var layers = Targets.of(adapter.targets(), model);
            return LoraWeights.fresh(
                    model,
                    layers,
                    adapter.rank(),
                    adapter.alpha(),
                    request.settings().seed());
        }
        try (var lora = Lora.open(adapter.from().get())) {
            return LoraWeights.of(lora.terms(model), 1);
        }
    }

    private Velocity velocity(TrainableModel model, Trained trained) {
        return request.kind() == Kind.GUIDE ? model.guided(trained::in) : model.velocity(trained::in);
    }

    // --- training ---------------------------------------------------------------------------------------------------

    private void train(
            TrainableModel model,
            String fingerprint,
            Samples samples,
            Optional<Samples> held,
            Trained trained,
            TapeOps ops) {
        var settings = request.settings();
        var parameters = trained.on(ops);
        report.note(numbers(parameters) + " numbers are trained");
        var timesteps = timesteps(model, samples);
        var passes = new Passes(
                model.pictures(),
                velocity(model, trained),
                request.pictures().sizes().geometry(),
                settings.noise().guidance(),
                settings.noise().weight());
        var trainer = new Trainer(settings, passes, samples, timesteps, ops, parameters);
        var state = TrainingState.of(request.out());
        var identity = new Identity()
                .add(fingerprint)
                .add(samples.identity())
                .add(settings.identity())
                .add(request.kind() + " " + request.adapter().rank() + " "
                        + request.adapter().alpha() + " " + request.adapter().targets())
                .text();
        long done = request.resume()
                ? TrainingState.read(state, identity, parameters, trainer.optimizer(), trainer.ema())
                : 0;
        var log = new TrainingLog(request.out().resolveSibling(request.out().getFileName() + ".jsonl"), done);
        var validation = new Validation(held.orElse(samples), timesteps, settings.seed());
        trainer.run(done, validation, log, report, step -> {
            TrainingState.write(state, identity, step, parameters, trainer.optimizer(), trainer.ema());
            save(model, trained, trainer.ema().averages(), step);
        });
    }

    private static long numbers(List<Parameter> parameters) {
        return parameters.stream().mapToLong(Parameter::size).sum();
    }

    private Timesteps timesteps(TrainableModel model, Samples samples) {
        var first = samples.read(0);
        return Timesteps.of(request.settings().noise().timesteps(), model.mu(first.height() * first.width()));
    }

    // --- results ----------------------------------------------------------------------------------------------------

    private void save(TrainableModel model, Trained trained, Map<String, float[]> averages, long step) {
        switch (trained) {
            case LoraWeights lora -> {
                boolean last = step == request.settings().steps();
                LoraFiles.write(
                        request.out(),
                        lora,
                        averages,
                        model.weights(),
                        request.adapter().style(),
                        metadata(step));
                if (!last) {
                    keep(step);
                }
            }
            case FullWeights full -> {
                Map<String, float[]> values = new LinkedHashMap<>();
                full.tensors()
                        .forEach((name, tensor) -> values.put(name, averages.getOrDefault(name, tensor.toArray())));
                ModelFolders.write(request.out(), request.model().path(), model.weights(), values);
            }
            default -> throw new IllegalStateException(trained.toString());
        }
    }

    private Map<String, String> metadata(long step) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("job", request.kind().name().toLowerCase(java.util.Locale.ROOT));
        metadata.put("steps", Long.toString(step));
        metadata.put("seed", Long.toString(request.settings().seed()));
        metadata.put("base_model", request.model().path().getFileName().toString());
        request.pictures().sizes().geometry().ifPresent(geometry -> {
            metadata.put("kind", "hierarchical-guidance");
            metadata.put("ratio", Integer.toString(geometry.ratio()));
            metadata.put("window", Integer.toString(geometry.window()));
            metadata.put("halo", Integer.toString(geometry.halo()));
            metadata.put("guidance_halo", Integer.toString(geometry.guidanceHalo()));
            metadata.put("guidance_radius", Integer.toString(geometry.guidanceRadius()));
            metadata.put("ntk_factor", Double.toString(geometry.ntkFactor()));
        });
        return metadata;
    }

    /** A copy of what was saved last under the step's number; older ones beyond those to keep are deleted. */
    private void keep(long step) {
        int most = request.settings().intervals().keep();
        if (most == 0) {
            return;
        }
        try {
            WholeFile.copy(request.out(), numbered(step));
            Files.deleteIfExists(
                    numbered(step - most * request.settings().intervals().save()));
        } catch (IOException e) {
            throw new InputException(request.out() + ": older copies cannot be deleted: " + Shown.reason(e), e);
        }
    }

    private Path numbered(long step) {
        var name = request.out().getFileName().toString();
        int dot = name.lastIndexOf('.');
        var start = dot < 0 ? name : name.substring(0, dot);
        var end = dot < 0 ? "" : name.substring(dot);
        return request.out().resolveSibling(start + "-" + step + end);
    }
}
