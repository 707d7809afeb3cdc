package io.mural.cli.generate;

import io.mural.Mural;
import io.mural.Order;
import io.mural.Picture;
import io.mural.Progress;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Sink;
import io.mural.cli.console.BadUsage;
import io.mural.model.image.PngFile;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The pictures of {@code --grid}: one for each combination of the axes' values, on one sheet that holds their recipes. */
final class Grid {
    private static final int MOST_PICTURES = 1000;

    private final GridAxis columns;
    private final List<GridAxis> across;
    private final int rows;

    /** @param axes the first goes along the columns, the others along the rows */
    Grid(List<GridAxis> axes) {
        var kinds = new HashSet<GridAxis.Kind>();
        for (var axis : axes) {
            if (!kinds.add(axis.kind())) {
                throw new BadUsage("--grid " + axis.kind().word() + " is given twice; write all its values once");
            }
        }
        columns = axes.getFirst();
        across = axes.subList(1, axes.size());
        long all = across.stream()
                .mapToLong(axis -> axis.values().size())
                .reduce(1, Math::multiplyExact);
        if (all * columns.values().size() > MOST_PICTURES) {
            throw new BadUsage("--grid asks for " + all * columns.values().size() + " pictures; ask for at most "
                    + MOST_PICTURES);
        }
        rows = (int) all;
    }

    /** The place of an axis' value in a row. */
    private int index(int row, int axis) {
        int rest = row;
        for (int i = across.size() - 1; i > axis; i--) {
            rest /= across.get(i).values().size();
        }
        return rest % across.get(axis).values().size();
    }

    private Request request(Request base, int column, int row) {
        var changed = base.change();
        columns.set(changed, column);
        for (int i = 0; i < across.size(); i++) {
            across.get(i).set(changed, index(row, i));
        }
        return changed.build();
    }

    private List<String> columnLabels() {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < columns.values().size(); i++) {
            labels.add(columns.label(i));
        }
        return labels;
    }

    private List<String> rowLabels() {
        List<String> labels = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < across.size(); i++) {
                words.add(across.get(i).label(index(row, i)));
            }
            labels.add(String.join(" ", words));
        }
        return labels;
    }

    /** Makes the pictures and writes the sheet. */
    void make(Mural mural, Request base, Path place, Consumer<Progress> progress) {
        var size = mural.plan(request(base, 0, 0)).recipe();
        requireMemory(ContactSheet.bytes(size.width(), size.height(), columnLabels(), rowLabels()));
        var sheet = new ContactSheet(size.width(), size.height(), columnLabels(), rowLabels());
        List<Order> orders = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns.values().size(); column++) {
                orders.add(new Order(request(base, column, row), Sink.rows(sheet.cell(column, row))));
            }
        }
        PngFile.write(place, sheet.image(), texts(mural.generate(orders, progress), place));
    }

    private static void requireMemory(long bytes) {
        var runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        if (bytes > Math.min(Integer.MAX_VALUE - Long.BYTES, free)) {
            throw new InputException("the sheet of --grid takes " + (bytes >> 20) + " MiB of Java's heap, and "
                    + (free >> 20) + " MiB are free; choose fewer or smaller pictures");
        }
    }

    /** The recipe of each picture, by its place. */
    private Map<String, String> texts(List<Picture> pictures, Path place) {
        Map<String, String> texts = new LinkedHashMap<>();
        var picture = pictures.iterator();
        for (int row = 1; row <= rows; row++) {
            for (int column = 1; column <= columns.values().size(); column++) {
                texts.put(Recipe.keyword(column, row), picture.next().recipe().toJson(Optional.of(place)));
            }
        }
        return texts;
    }
}
