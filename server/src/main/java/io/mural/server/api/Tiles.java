package io.mural.server.api;

import io.mural.model.image.PngBands;
import io.mural.model.image.TilePyramid;
import io.mural.server.http.Exchange;
import io.mural.server.http.FileAnswer;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Queue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Finished pictures as pyramids of tiles, cut when they are first asked for and kept beside the picture. */
public final class Tiles {
    private static final Pattern NAME = Pattern.compile("(\\d{1,4})_files");
    private static final Pattern TILE = Pattern.compile("\\d{1,6}_\\d{1,6}\\.jpg");
    private static final int ROWS = 64;

    private final Queue queue;

    public Tiles(Queue queue) {
        this.queue = queue;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/mural/v1/jobs/{id}/pictures/{name}/{level}/{tile}", this::tile);
    }

    /** The description of a picture's pyramid. */
    void description(Exchange exchange, Path png) {
        var description = pyramid(png);
        var xml = read(description);
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
        if (!Files.isRegularFile(png)) {
            throw missing();
        }
        var file = TilePyramid.folder(pyramid(png)).resolve(level).resolve(tile);
        if (!Files.isRegularFile(file)) {
            throw missing();
        }
        FileAnswer.send(exchange, file, "image/jpeg", tile);
    }

    private static Refusal missing() {
        return new Refusal(Refusal.Reason.NOT_FOUND, "there is no such tile");
    }

    /** Cuts a picture, unless it is cut; others wait meanwhile, so that it is done once. */
    private synchronized Path pyramid(Path png) {
        var name = png.getFileName().toString().replace(".png", ".dzi");
        var description = png.resolveSibling(name);
        if (!Files.isRegularFile(description)) {
            cut(png, description);
        }
        return description;
    }

    private static void cut(Path png, Path description) {
        try (var rows = PngBands.open(png)) {
            var pyramid = new TilePyramid(description, rows.width(), rows.height());
            for (int y = 0; y < rows.height(); y += ROWS) {
                pyramid.rows(rows.next(Math.min(ROWS, rows.height() - y)));
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
