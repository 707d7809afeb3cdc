package io.mural.tensor;

/** Zeros around a picture before a convolution: {@code before} at the top and left, {@code after} at the other sides. */
public record Padding(int before, int after) {
    public static final Padding NONE = new Padding(0, 0);
    /** Keeps the size under a 3x3 kernel of stride 1. */
    public static final Padding SAME = new Padding(1, 1);
    /** What a 3x3 kernel of stride 2 halves an even size with (diffusers' Downsample2D with padding 0). */
    public static final Padding HALVING = new Padding(0, 1);

    /** Size of a side after a convolution. */
    public int outputSize(int size, int kernel, int stride) {
        return (size + before + after - kernel) / stride + 1;
    }
}
