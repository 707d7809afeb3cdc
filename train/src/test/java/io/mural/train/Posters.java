package io.mural.train;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** Pictures with a look of their own: flat slanted bands in four colours, a disc, and a black frame; with captions. */
public final class Posters {
    private static final int[][] COLOURS = {{240, 150, 60}, {20, 110, 120}, {250, 230, 200}, {60, 20, 40}};
    private static final String[] CAPTIONS = {
        "a sunset over mountains", "mountains by day", "a sea at night, a moon", "a meadow, the sun on the left"
    };

    private Posters() {}

    /** Writes {@code count} pictures of {@code side} pixels, each with a text of the same name. */
    public static void write(Path folder, int count, int side) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < count; i++) {
            var name = String.format(java.util.Locale.ROOT, "poster-%03d", i);
            PngFile.write(folder.resolve(name + ".png"), poster(new SplittableRandom(i), side), Map.of());
            Files.writeString(folder.resolve(name + ".txt"), CAPTIONS[i % CAPTIONS.length] + "\n");
        }
    }

    private static RgbImage poster(SplittableRandom random, int side) {
        double slant = random.nextDouble(-0.6, 0.6);
        double band = side * random.nextDouble(0.12, 0.3);
        double x0 = side * random.nextDouble(0.25, 0.75);
        double y0 = side * random.nextDouble(0.2, 0.5);
        double radius = side * random.nextDouble(0.07, 0.16);
        int shift = random.nextInt(COLOURS.length);
        int frame = side / 25;
        var rgb = new byte[side * side * 3];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int number = Math.floorMod((int) Math.floor((y + slant * x) / band) + shift, COLOURS.length);
                if (Math.hypot(x - x0, y - y0) < radius) {
                    number = 2 * (shift % 2);
                }
                boolean inside = x >= frame && y >= frame && x < side - frame && y < side - frame;
                for (int c = 0; c < 3; c++) {
                    rgb[(y * side + x) * 3 + c] = (byte) (inside ? COLOURS[number][c] : 0);
                }
            }
        }
        return new RgbImage(side, side, rgb);
    }

    /** {@code FOLDER COUNT SIDE} */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    }
}
