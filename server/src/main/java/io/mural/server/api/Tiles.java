package io.mural.server.api;

import io.mural.model.image.TilePyramid;
import io.mural.server.http.Exchange;
import io.mural.server.http.FileAnswer;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.JobFolder;
import io.mural.server.jobs.Queue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Pictures as pyramids of tiles, kept beside the picture: large ones are cut while their rows come, the others when their
 * tiles are first asked for.
 */
public final class Tiles {
    private static final Pattern NAME = Pattern.compile("(\\d{1,4})_files");
    private static final Pattern TILE = Pattern.compile("\\d{1,6}_\\d{1,6}\\.jpg");

    private final Queue queue;
    private final Map<Path, ReentrantLock> cutting = new ConcurrentHashMap<>();

    public Tiles(Queue queue) {
        this.queue = queue;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/mural/v1/jobs/{id}/pictures/{name}/{level}/{tile}", this::tile);
    }

    /** The description of a picture's pyramid: of one that is being made, too, whose tiles come row by row. */
    void description(Exchange exchange, Job job, int number) {
        var png = queue.folder().picture(job.id(), number);
        String xml;
        if (Files.isRegularFile(png)) {
            xml = read(pyramid(png));
        } else if (job.status() == Job.Status.RUNNING && number <= job.wish().count()) {
            xml = TilePyramid.description(job.figures().width(), job.figures().height());
        } else {
            throw new Refusal(Refusal.Reason.NOT_FOUND, "there is no such picture of this job");
        }
        exchange.answer(200, "application/xml", xml.getBytes(StandardCharsets.UTF_8));
    }

    private void tile(Exchange exchange) {
        var name = NAME.matcher(exchange.variable("name"));
        var level = exchange.variable("level");
        var tile = exchange.variable("tile");
        var job = queue.find(exchange.variable("id"));
        if (job.isEmpty()
                || !name.matches()
                || !level.matches("\\d{1,2}")
                || !TILE.matcher(tile).matches()) {
            throw missing();
        }
        var png = queue.folder().picture(job.get().id(), Integer.parseInt(name.group(1)));
        var description = Files.isRegularFile(png) ? pyramid(png) : JobFolder.tiles(png);
        var file = TilePyramid.folder(description).resolve(level).resolve(tile);
        if (!Files.isRegularFile(file)) {
            throw missing();
        }
        FileAnswer.send(exchange, file, "image/jpeg", tile);
    }

    private static Refusal missing() {
        return new Refusal(Refusal.Reason.NOT_FOUND, "there is no such tile");
    }

    /** Cuts a picture, unless it is cut; whoever asks for the same one meanwhile waits, so that it is done once. */
    private Path pyramid(Path png) {
        var description = JobFolder.tiles(png);
        if (Files.isRegularFile(description)) {
            return description;
        }
        var lock = cutting.computeIfAbsent(png, key -> new ReentrantLock());
        lock.lock();
        try {
            if (!Files.isRegularFile(description)) {
                TilePyramid.cut(png, description);
            }
            return description;
        } finally {
            cutting.remove(png);
            lock.unlock();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
