package io.mural.spark;

import io.mural.ModelRef;
import io.mural.Mural;
import io.mural.batch.Catalog;
import io.mural.batch.Catalog.Setup;
import io.mural.batch.Folder;
import io.mural.batch.Identities;
import io.mural.batch.PictureMaker;
import io.mural.batch.Row;
import io.mural.batch.Store;
import io.mural.engine.EmbeddedModel;
import io.mural.engine.hub.HubSettings;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;

/** A device of this executor with all that making pictures on it takes. The model stays open from task to task. */
final class Desk implements AutoCloseable {
    private static final String MARK = "_mural/job-";

    private final Settings settings;
    private final Configuration hadoop;
    private final String device;
    private final Optional<Path> embedded;
    private final Map<String, ModelRef> models;
    private final Store store;
    private final Nearby nearby;
    private final BegunPictures begun;
    private final PictureMaker maker;
    private boolean sees; // whether the folder of results was found to be the job's

    /** @param executor who works, for the table */
    Desk(Settings settings, Configuration hadoop, String device, String executor) throws IOException {
        this.settings = settings;
        this.device = device;
        embedded = settings.isEmbedded() ? Optional.of(nano()) : Optional.empty();
        models = models(settings, hadoop);
        this.hadoop = hadoop;
        store = store(settings, hadoop);
        nearby = new Nearby(URI.create(settings.folder()), hadoop);
        begun = new BegunPictures(settings, hadoop);
        maker = new PictureMaker(
                new Catalog(models, loras(settings), nearby), this::open, device, store, embedded, executor);
    }

    String device() {
        return device;
    }

    PictureMaker.Assay assay(Row row) {
        return maker.assay(row);
    }

    PictureMaker.Outcome make(Row row, int number) throws IOException {
        lookForOut();
        // Of pictures that were brought only the latest stay.
        row.sources().initImage().ifPresent(nearby::file);
        row.sources().references().forEach(nearby::file);
        return maker.make(row, number, begun);
    }

    /** What the models hold, by name. */
    Map<String, String> identities() {
        var identities = new Identities(embedded);
        Map<String, String> all = new LinkedHashMap<>();
        models.forEach((name, model) -> all.put(name, identities.files(new Setup(model, List.of()))));
        return all;
    }

    private static Path nano() {
        return ServiceLoader.load(EmbeddedModel.class, Desk.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () -> InputException.about("model", "no `model` is named, and the embedded one is not there"))
                .folder();
    }

    private static Map<String, ModelRef> models(Settings settings, Configuration hadoop) throws IOException {
        Map<String, ModelRef> models = new LinkedHashMap<>();
        for (var each : settings.models().entrySet()) {
            models.put(each.getKey(), model(each.getValue(), settings, hadoop));
        }
        return models;
    }

    private static ModelRef model(ModelPlace place, Settings settings, Configuration hadoop) throws IOException {
        if (place.isEmbedded()) {
            return ModelRef.embedded();
        }
        var base = Optional.ofNullable(place.base()).map(Desk::here);
        return new ModelRef(
                Optional.of(
                        place.remote()
                                ? ModelCopy.of(place.location(), Path.of(settings.modelCache()), hadoop)
                                : here(place.location())),
                base);
    }

    /** A path, or the name of a model that was pulled on this node. */
    private static Path here(String location) {
        var home = Path.of(System.getProperty("user.home"));
        return HubSettings.of(System.getenv(), home).files().located(location);
    }

    private static Map<String, Path> loras(Settings settings) {
        Map<String, Path> loras = new LinkedHashMap<>();
        settings.loras().forEach((name, file) -> {
            var path = Path.of(file);
            if (!Files.isRegularFile(path)) {
                throw InputException.about("lora", "`lora` " + name + "=" + file + ": no such file");
            }
            loras.put(name, path);
        });
        return loras;
    }

    private static Store store(Settings settings, Configuration hadoop) throws IOException {
        var out = new org.apache.hadoop.fs.Path(settings.out());
        return out.toUri().getScheme().equals("file")
                ? new Folder(Path.of(out.toUri().getPath()))
                : new RemoteStore(out, hadoop);
    }

    private void lookForOut() throws IOException {
        var mark = mark(settings);
        if (!sees && !mark.getFileSystem(hadoop).exists(mark)) {
            throw new NotHere("`out` " + settings.out()
                    + ": is another folder here than where the job was started; name one" + " that all nodes share");
        }
        sees = true;
    }

    /** A file that says to executors that they see the folder of results. */
    static org.apache.hadoop.fs.Path mark(Settings settings) {
        return new org.apache.hadoop.fs.Path(settings.out(), MARK + settings.id());
    }

    /** A fault of the model or the device is no fault of the row; one of the row's LoRAs is. */
    private Mural open(Setup setup, String device) {
        try {
            return opened(setup, device);
        } catch (InputException e) {
            if (!setup.loras().isEmpty()) {
                try (var plain = opened(new Setup(setup.model(), List.of()), device)) {
                    throw plain.device().isEmpty() ? new IllegalStateException(e) : e;
                } catch (InputException again) {
                    throw again.equals(e) ? e : new NotHere(again.getMessage(), again);
                }
            }
            throw new NotHere(e.getMessage(), e);
        }
    }

    private Mural opened(Setup setup, String device) {
        return settings.opening().open(setup, embedded, device, threads());
    }

    private int threads() {
        int cores = SparkEnv.get().conf().getInt("spark.executor.cores", 0);
        int processors = Runtime.getRuntime().availableProcessors();
        return settings.threads() > 0 ? settings.threads() : cores > 0 ? Math.min(cores, processors) : processors;
    }

    @Override
    public void close() {
        try (nearby) {
            maker.close();
            if (store instanceof RemoteStore remote) {
                remote.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
