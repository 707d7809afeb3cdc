package io.mural.batch;

import io.mural.CancelledException;
import io.mural.Mural;
import io.mural.Recipe;
import io.mural.Sink;
import io.mural.batch.Catalog.Setup;
import io.mural.batch.Cursor.Piece;
import io.mural.batch.Kinds.Kind;
import io.mural.batch.ResultRow.Status;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Makes pictures on a device. Its model stays open until a picture needs another. */
final class Worker implements AutoCloseable {
    /** A picture that fails so often for reasons that are not its own fails for good. */
    private static final int ATTEMPTS = 3;

    private final Batch batch;
    private final String device;
    private Setup open; // null before the first
    private Mural mural; // of open

    Worker(Batch batch, String device) {
        this.batch = batch;
        this.device = device;
    }

    /** Makes a picture, or finds it there, or gives it up. */
    ResultRow work(Piece piece) throws IOException {
        var row = batch.row(piece.row());
        long seed = row.seed(piece.picture());
        double queued = batch.seconds();
        for (int attempt = 1; ; attempt++) {
            try {
                return once(row, seed, batch.kind(piece.row()), attempt, queued);
            } catch (CancelledException | CancellationException e) {
                throw e;
            } catch (InputException e) {
                return ResultRow.failed(row, seed, e.getMessage(), work(attempt, queued, Optional.empty()));
            } catch (RuntimeException | OutOfMemoryError e) {
                close();
                if (attempt == ATTEMPTS) {
                    return ResultRow.failed(row, seed, e.toString(), work(attempt, queued, Optional.empty()));
                }
            }
        }
    }

    private ResultRow once(Row row, long seed, Kind kind, int attempt, double queued) throws IOException {
        var identity = batch.identities().of(kind.recipe(), row.prompt(), seed);
        var place = batch.folder().picture(identity);
        var model = batch.identities().files(kind.setup());
        if (Files.exists(place)) {
            return ResultRow.finished(
                    row,
                    seed,
                    Status.KEPT,
                    identity,
                    model,
                    file(identity),
                    Recipe.read(place),
                    place,
                    work(attempt, queued, Optional.empty()));
        }
        double begin = batch.seconds();
        Files.createDirectories(place.getParent());
        var made = batch.folder().workplace(identity, kind.levels());
        var sink = kind.levels()
                ? Sink.png(made).resume().keptAt(place)
                : Sink.png(made).keptAt(place);
        var request = Kinds.request(row, batch.catalog(), row.prompt(), seed);
        var picture = mural(kind.setup()).generate(request, sink);
        batch.folder().publish(made, identity);
        return ResultRow.finished(
                row,
                seed,
                Status.MADE,
                identity,
                model,
                file(identity),
                picture.recipe(),
                place,
                work(attempt, queued, Optional.of(batch.seconds() - begin)));
    }

    private ResultRow.Work work(int attempt, double queued, Optional<Double> seconds) {
        return new ResultRow.Work(batch.host(), batch.shard() + " " + device, attempt, seconds, Optional.of(queued));
    }

    private ResultRow.File file(String identity) throws IOException {
        var place = batch.folder().picture(identity);
        return new ResultRow.File(batch.folder().relative(place), Files.size(place), Digest.of(place));
    }

    private Mural mural(Setup setup) {
        if (!setup.equals(open)) {
            close();
            mural = batch.studio().open(setup, device);
            open = setup;
        }
        return mural;
    }

    @Override
    public void close() {
        if (mural != null) {
            mural.close();
            mural = null;
            open = null;
        }
    }
}
