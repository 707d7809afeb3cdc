package io.mural;

/** Width and height of a picture in pixels. */
public record Size(int width, int height) {
    long pixels() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
