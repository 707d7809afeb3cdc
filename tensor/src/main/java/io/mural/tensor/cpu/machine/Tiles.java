package io.mural.tensor.cpu.machine;

import java.util.List;
import java.util.Optional;

/**
 * The kernels of a format: one for each width of a panel.
 *
 * @param format of blocks, or empty for {@link Pairs}
 * @param rows of a group
 * @param widths columns of panels, widest first; each half the one before, the narrowest {@link #COLUMNS}
 * @param kernels one for each width
 */
public record Tiles(Optional<CodeBlocks> format, int rows, List<Integer> widths, List<Tile> kernels) {
    /** Panels are whole multiples of this wide. */
    public static final int COLUMNS = 16;

    /** Columns of the panel that holds the {@code cols} columns still left. */
    public int width(int cols) {
        int i = widths.size() - 1;
        while (i > 0 && widths.get(i) < cols) {
            i--;
        }
        return widths.get(i);
    }

    /** Columns that {@code cols} take up: full panels, then a narrower one. */
    public int padded(int cols) {
        int rest = cols % widths.getFirst();
        return rest == 0 ? cols : cols - rest + width(rest);
    }

    public Tile kernel(int width) {
        return kernels.get(widths.indexOf(width));
    }
}
