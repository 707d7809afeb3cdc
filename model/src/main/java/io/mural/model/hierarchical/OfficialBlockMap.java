package io.mural.model.hierarchical;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.BitSet;

/**
 * The pattern of the authors' released code (PeterYYZhang/Scale-DiT), for comparison: blocks of 128 queries by 64 keys
 * that are computed as a whole. Picture tokens stand in windows of 16 x 16, guide tokens in windows of 4 x 4, at a ratio
 * of 4. A block counts as soon as one of its pairs is wanted: picture tokens within 8 rows and columns, guide tokens
 * within 2, and for a picture token the guide's window under it and the ones before and after it in raster order, also
 * across the ends of rows.
 *
 * @param textTokens text tokens, which see text and picture and are seen by the picture
 * @param gridHeight rows of picture tokens, a multiple of 16
 * @param gridWidth picture tokens of a row, a multiple of 16
 */
public record OfficialBlockMap(int textTokens, int gridHeight, int gridWidth) {
    private static final int QUERIES = 128;
    private static final int KEYS = 64;
    private static final int WINDOW = 16;
    private static final int GUIDE_WINDOW = 4;
    private static final int RATIO = 4;
    private static final int REACH = 8;

    public OfficialBlockMap {
        if (textTokens % QUERIES != 0 || gridHeight % WINDOW != 0 || gridWidth % WINDOW != 0) {
            throw new InputException("the official pattern needs sides that are multiples of 256 pixels and text of"
                    + " a multiple of 128 tokens, not " + gridWidth + "x" + gridHeight + " and " + textTokens
                    + " tokens");
        }
    }

    private int pictureTokens() {
        return gridHeight * gridWidth;
    }

    private int guideTokens() {
        return pictureTokens() / RATIO / RATIO;
    }

    public int tokens() {
        return textTokens + pictureTokens() + guideTokens();
    }

    /** Pairs of the blocks that are computed. */
    public long pairs() {
        return layout().pairs();
    }

    /** How many times more pairs attention without a pattern has, over all three streams. */
    public double saving() {
        return (double) tokens() * tokens() / pairs();
    }

    /** Queries and keys [text, picture, guide], in their windows. */
    public AttentionLayout layout() {
        var blocks = new ArrayList<Block>();
        int picture = textTokens + pictureTokens();
        for (int from = 0; from < tokens(); from += QUERIES) {
            var keys = new BitSet();
            int to = Math.min(from + QUERIES, tokens());
            if (from < textTokens) {
                keys.set(0, picture / KEYS);
            } else if (from < picture) {
                pictureKeys(keys, from - textTokens);
            } else {
                guideKeys(keys, from - picture, to - picture);
            }
            blocks.add(block(from, to, keys));
        }
        return AttentionLayout.of(tokens(), blocks);
    }

    private Block block(int from, int to, BitSet keys) {
        var runs = new Runs();
        for (int key = keys.nextSetBit(0); key >= 0; key = keys.nextSetBit(key + 1)) {
            runs.add(key * KEYS, Math.min((key + 1) * KEYS, tokens()));
        }
        return new Block(from, to, runs.list());
    }

    /** Of half a window, 8 rows of 16 tokens; a block of keys is a quarter, 4 rows of 16. */
    private void pictureKeys(BitSet keys, int position) {
        int window = position / (WINDOW * WINDOW);
        int across = gridWidth / WINDOW;
        int row = window / across * WINDOW + position % (WINDOW * WINDOW) / WINDOW;
        int column = window % across * WINDOW;
        keys.set(0, textTokens / KEYS);
        int quarter = KEYS / WINDOW;
        int lastRow = Math.min(gridHeight - 1, row + QUERIES / WINDOW - 1 + REACH);
        int lastColumn = Math.min(gridWidth - 1, column + WINDOW - 1 + REACH);
        for (int y = Math.max(0, row - REACH) / quarter; y <= lastRow / quarter; y++) {
            for (int x = Math.max(0, column - REACH) / WINDOW; x <= lastColumn / WINDOW; x++) {
                int start = (y * quarter / WINDOW * across + x) * WINDOW * WINDOW + y * quarter % WINDOW * WINDOW;
                keys.set((textTokens + start) / KEYS);
            }
        }
        // A window of 16 x 16 lies over one guide window, whose number is its own.
        int windows = across * (gridHeight / WINDOW);
        for (int guide = Math.max(0, window - 1); guide <= Math.min(windows - 1, window + 1); guide++) {
            keys.set(guideKey(guide));
        }
    }

    private int guideKey(int window) {
        return (textTokens + pictureTokens() + window * GUIDE_WINDOW * GUIDE_WINDOW) / KEYS;
    }

    /** Two tokens reach into the windows around, and no further. */
    private void guideKeys(BitSet keys, int from, int to) {
        int size = GUIDE_WINDOW * GUIDE_WINDOW;
        int across = gridWidth / WINDOW;
        int down = gridHeight / WINDOW;
        for (int window = from / size; window < to / size; window++) {
            int row = window / across;
            int column = window % across;
            for (int y = Math.max(0, row - 1); y <= Math.min(down - 1, row + 1); y++) {
                for (int x = Math.max(0, column - 1); x <= Math.min(across - 1, column + 1); x++) {
                    keys.set(guideKey(y * across + x));
                }
            }
        }
    }
}
