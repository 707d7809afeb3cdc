package io.mural.batch;

import io.mural.CancelledException;
import io.mural.Picture;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Sink;
import io.mural.batch.Kinds.Kind;
import io.mural.batch.ResultRow.Status;
import io.mural.tensor.InputException;
import io.mural.weights.text.UnwritableException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Makes pictures on a device, or finds them there. */
final class Worker {
    /** A picture that fails so often for reasons that are not its own fails for good. */
    private static final int ATTEMPTS = 3;

    private final Means batch;
    private final OpenModel models;

    Worker(Means batch, OpenModel models) {
        this.batch = batch;
        this.models = models;
    }

    /** Makes a picture of a row, or finds it there, or gives it up. */
    ResultRow work(Row row, int number, Kind kind) throws IOException {
        long seed = row.seed(number);
        double queued = batch.seconds().getAsDouble();
        for (int attempt = 1; ; attempt++) {
            try {
                return once(row, seed, kind, attempt, queued);
            } catch (CancelledException | CancellationException e) {
                throw e;
            } catch (InputException e) {
                return ResultRow.failed(row, seed, e.getMessage(), work(attempt, queued, Optional.empty()));
            } catch (RuntimeException | OutOfMemoryError e) {
                models.release();
                if (attempt == ATTEMPTS) {
                    return ResultRow.failed(row, seed, e.toString(), work(attempt, queued, Optional.empty()));
                }
            }
        }
    }

    private ResultRow once(Row row, long seed, Kind kind, int attempt, double queued) throws IOException {
        var identity = batch.identities().of(kind.recipe(), row.prompt(), seed);
        var model = batch.identities().files(kind.setup());
        if (batch.store().has(identity)) {
            return ResultRow.finished(
                    row,
                    seed,
                    Status.KEPT,
                    identity,
                    model,
                    file(identity),
                    Recipe.read(batch.store().local(identity)),
                    work(attempt, queued, Optional.empty()));
        }
        double begin = batch.seconds().getAsDouble();
        var made = batch.store().workplace(identity, kind.levels());
        var sink = kind.levels()
                ? Sink.png(made).resume().forOthers()
                : Sink.png(made).forOthers();
        var request = Kinds.request(row, batch.catalog(), row.prompt(), seed);
        var picture = made(kind, request, sink);
        batch.store().publish(made, identity);
        return ResultRow.finished(
                row,
                seed,
                Status.MADE,
                identity,
                model,
                file(identity),
                picture.recipe(),
                work(attempt, queued, Optional.of(batch.seconds().getAsDouble() - begin)));
    }

    /** That the folder of results cannot be written to is no fault of a row: all others would fail, too. */
    private Picture made(Kind kind, Request request, Sink.File sink) throws IOException {
        try {
            return models.of(kind.setup()).generate(request, sink);
        } catch (UnwritableException e) {
            throw new IOException(e.getMessage() + "; make room and run the batch again, which goes on", e);
        }
    }

    private ResultRow.Work work(int attempt, double queued, Optional<Double> seconds) {
        return new ResultRow.Work(
                batch.host(), batch.executor(), models.device(), attempt, seconds, Optional.of(queued));
    }

    private ResultRow.File file(String identity) throws IOException {
        var place = batch.store().local(identity);
        return new ResultRow.File(batch.store().relative(identity), Files.size(place), Digest.of(place));
    }
}
