package io.mural.model.edit;

import io.mural.model.image.GrayImage;
import io.mural.model.image.RgbImage;
import java.util.ArrayDeque;

/**
 * The edges of a picture as white lines on black (Canny, "A computational approach to edge detection"), with Sobel's
 * gradients and the sums of their amounts, as OpenCV has them: a line begins where the gradient is steep, and goes on
 * as long as it is not flat.
 */
public final class Canny {
    /** What control models were trained with. */
    private static final int FLAT = 50;

    private static final int STEEP = 200;

    /** The tangent of 22.5 degrees. */
    private static final double NARROW = Math.sqrt(2) - 1;

    private final int width;
    private final int height;
    private final int[] across;
    private final int[] down;

    private Canny(GrayImage gray) {
        width = gray.width();
        height = gray.height();
        across = new int[width * height];
        down = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int left = Math.max(0, x - 1);
                int right = Math.min(width - 1, x + 1);
                int above = Math.max(0, y - 1);
                int below = Math.min(height - 1, y + 1);
                across[y * width + x] = gray.at(right, above)
                        - gray.at(left, above)
                        + 2 * (gray.at(right, y) - gray.at(left, y))
                        + gray.at(right, below)
                        - gray.at(left, below);
                down[y * width + x] = gray.at(left, below)
                        - gray.at(left, above)
                        + 2 * (gray.at(x, below) - gray.at(x, above))
                        + gray.at(right, below)
                        - gray.at(right, above);
            }
        }
    }

    /** The edges at the usual steepness. */
    public static GrayImage edges(RgbImage picture) {
        return edges(GrayImage.of(picture), FLAT, STEEP);
    }

    /**
     * @param flat gradients up to here are no edges
     * @param steep edges begin beyond this
     */
    public static GrayImage edges(GrayImage gray, int flat, int steep) {
        return new Canny(gray).lines(flat, steep);
    }

    private GrayImage lines(int flat, int steep) {
        var white = new byte[width * height];
        var open = new ArrayDeque<Integer>();
        for (int i = 0; i < white.length; i++) {
            if (amount(i) > steep && isRidge(i)) {
                white[i] = (byte) 255;
                open.push(i);
            }
        }
        while (!open.isEmpty()) {
            int from = open.pop();
            for (int y = Math.max(0, from / width - 1); y <= Math.min(height - 1, from / width + 1); y++) {
                for (int x = Math.max(0, from % width - 1); x <= Math.min(width - 1, from % width + 1); x++) {
                    int to = y * width + x;
                    if (white[to] == 0 && amount(to) > flat && isRidge(to)) {
                        white[to] = (byte) 255;
                        open.push(to);
                    }
                }
            }
        }
        return new GrayImage(width, height, white);
    }

    private int amount(int i) {
        return Math.abs(across[i]) + Math.abs(down[i]);
    }

    /** Whether no neighbour along the gradient is steeper. */
    private boolean isRidge(int i) {
        int x = Math.abs(across[i]);
        int y = Math.abs(down[i]);
        int stepX = 1;
        int stepY = 1;
        if (y <= NARROW * x) {
            stepY = 0;
        } else if (x <= NARROW * y) {
            stepX = 0;
        } else if ((across[i] < 0) != (down[i] < 0)) {
            stepX = -1;
        }
        int before = neighbour(i, -stepX, -stepY);
        int after = neighbour(i, stepX, stepY);
        return amount(i) > before && amount(i) >= after;
    }

    /** 0 beyond the picture. */
    private int neighbour(int i, int stepX, int stepY) {
        int x = i % width + stepX;
        int y = i / width + stepY;
        return x < 0 || y < 0 || x >= width || y >= height ? 0 : amount(y * width + x);
    }
}
