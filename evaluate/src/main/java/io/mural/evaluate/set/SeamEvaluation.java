package io.mural.evaluate.set;

import io.mural.evaluate.measure.Border;
import io.mural.evaluate.measure.Seams;
import io.mural.evaluate.measure.StepProfiles;
import io.mural.model.edit.Region;
import io.mural.model.image.PictureRows;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Looks for seams, combs and bands in pictures: needs no weights and no other picture. */
public final class SeamEvaluation {
    private final List<Integer> periods;
    private final Optional<byte[]> background;

    /** @param periods in pixels, such as 16 for tokens and 16 times the window */
    public SeamEvaluation(List<Integer> periods, Optional<byte[]> background) {
        this.periods = List.copyOf(periods);
        this.background = background;
        for (int period : periods) {
            if (period < 4) {
                throw new InputException("a period of " + period + " pixels: choose at least 4");
            }
        }
    }

    /**
     * What a picture shows.
     *
     * @param seams at each period, in the order asked for
     */
    public record Found(Path picture, List<Seams.Periodic> seams, Seams.Bands bands) {
        /** Whether a period fails, or the rows repeat while the guide's, if there is one, do not. */
        public boolean fails(double guideBands) {
            return seams.stream().anyMatch(Seams.Periodic::fails) || bands.fails(guideBands);
        }

        /** All numbers by name. */
        public Map<String, Double> values() {
            Map<String, Double> values = new LinkedHashMap<>();
            for (var periodic : seams) {
                var columns = periodic.columns();
                var rows = periodic.rows();
                int period = columns.period();
                values.put("seam" + period + "-columns", columns.seam());
                values.put("share" + period + "-columns", columns.share());
                values.put("comb" + period + "-columns", columns.comb());
                values.put("seam" + period + "-rows", rows.seam());
                values.put("share" + period + "-rows", rows.share());
                values.put("comb" + period + "-rows", rows.comb());
            }
            values.put("bands-columns", bands.columns());
            values.put("bands-rows", bands.rows());
            return values;
        }
    }

    /** Every picture of a folder, or the one that is named. */
    public List<Found> of(Path path) {
        return of(path, Progress.NONE);
    }

    /** As {@link #of(Path)}, and tells how far it is. */
    public List<Found> of(Path path, Progress progress) {
        List<Found> found = new ArrayList<>();
        long start = System.nanoTime();
        var pictures = Picture.in(path);
        for (var picture : pictures) {
            if (Thread.interrupted()) {
                throw new CancellationException("cancelled before " + picture.path());
            }
            try (var rows = PictureRows.open(picture.path(), background)) {
                var profiles = new StepProfiles(rows.width(), rows.height());
                var line = new byte[rows.width() * 3];
                for (int y = 0; y < rows.height(); y++) {
                    rows.read(line);
                    profiles.row(line, 0);
                }
                found.add(found(picture.path(), profiles, rows.width(), rows.height()));
            }
            progress.pictures(
                    path.toString(), found.size(), pictures.size(), found.size(), (System.nanoTime() - start) / 1e9);
        }
        return found;
    }

    /**
     * How much of the border of a rectangle is to be seen in a picture.
     *
     * @param fade pixels inside the rectangle that belong to its border
     */
    public Border border(Path picture, Region region, int fade) {
        try (var rows = PictureRows.open(picture, background)) {
            var border = new Border(rows.width(), rows.height(), region, fade);
            var line = new byte[rows.width() * 3];
            for (int y = 0; y < rows.height(); y++) {
                rows.read(line);
                border.row(line, 0);
            }
            return border;
        }
    }

    /** The difference of two pictures: what one has that the other does not. */
    public Found difference(Path a, Path b) {
        try (var one = PictureRows.open(a, background);
                var other = PictureRows.open(b, background)) {
            if (one.width() != other.width() || one.height() != other.height()) {
                throw new InputException(a + " and " + b + " have different sizes; make them of one size");
            }
            var profiles = new StepProfiles(one.width(), one.height());
            var line = new byte[one.width() * 3];
            var second = new byte[line.length];
            for (int y = 0; y < one.height(); y++) {
                one.read(line);
                other.read(second);
                profiles.difference(line, 0, second, 0);
            }
            return found(a, profiles, one.width(), one.height());
        }
    }

    /** How far a picture's columns and rows repeat, whatever its size. */
    public Seams.Bands bands(Path picture) {
        return new SeamEvaluation(List.of(), background).of(picture).getFirst().bands();
    }

    /** A picture in memory, under a name for messages. */
    public Found of(Path name, RgbImage image) {
        var profiles = new StepProfiles(image.width(), image.height());
        for (int y = 0; y < image.height(); y++) {
            profiles.row(image.rgb(), y * image.width() * 3);
        }
        return found(name, profiles, image.width(), image.height());
    }

    private Found found(Path picture, StepProfiles profiles, int width, int height) {
        List<Seams.Periodic> seams = new ArrayList<>();
        for (int period : periods) {
            if (2 * period > Math.min(width, height)) {
                throw new InputException(picture + " has " + width + " x " + height + " pixels; a period of " + period
                        + " must fit twice, choose a smaller one");
            }
            seams.add(Seams.at(profiles, period));
        }
        return new Found(picture, seams, Seams.bands(profiles));
    }
}
