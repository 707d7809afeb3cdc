package io.mural.bench.memory;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code bench/run memory [ROW...]}: what plans claim of memory beside what the program takes, as a table. Ends with 1 where a
 * claim is more than a tenth away from the truth.
 */
public final class MemoryTable {
    private static final double MOST_OFF = 0.1;
    private static final long LOOK_MILLIS = 20;
    private static final int RGB = 3;
    private static final int START_SIDE = 512;

    /** A setting by its name, and whether it is looked at unless asked for: some take half an hour. */
    private record Row(String name, boolean usual, String... options) {}

    private static final List<Row> ROWS = List.of(
            new Row("64 whole", true, "--size", "64x64"),
            new Row("256 whole", true, "--vae", "whole"),
            new Row("256 tiled", true, "--vae", "tiled"),
            new Row("four of 256", true, "--count", "4", "-o", "pictures/"),
            new Row("512 levels", true, "--size", "512x512"),
            new Row("512 at once", true, "--size", "512x512", "--no-hierarchy"),
            new Row(
                    "512 at once, from a picture",
                    true,
                    "--size",
                    "512x512",
                    "--no-hierarchy",
                    "--init-image",
                    "a.png"),
            new Row("1024 levels", true, "--size", "1024x1024"),
            new Row("1024 levels, exact", true, "--size", "1024x1024", "--vae", "exact"),
            new Row("1024 levels, tiled", true, "--size", "1024x1024", "--vae", "tiled"),
            new Row("1024 at once", true, "--size", "1024x1024", "--no-hierarchy"),
            new Row("1024 at once, from a picture", true, "--size", "1024", "--no-hierarchy", "--init-image", "a.png"),
            new Row(
                    "1536 levels, tiled, enlarged by pixel",
                    true,
                    "--size",
                    "1536x1536",
                    "--vae",
                    "tiled",
                    "--upsampler",
                    "pixel"),
            new Row("2048 levels", true, "--size", "2048x2048"),
            new Row("2048 levels, tiled", true, "--size", "2048x2048", "--vae", "tiled"),
            new Row("3072 levels, tiled", true, "--size", "3072x3072", "--vae", "tiled"),
            new Row("8192 levels, tiled", false, "--size", "8192x8192", "--vae", "tiled"));

    /** What a run said and took, bytes. */
    private record Seen(long claimed, long taken) {
        double ratio() {
            return (double) claimed / taken;
        }

        boolean right() {
            return Math.abs(ratio() - 1) <= MOST_OFF;
        }
    }

    private final Path launcher = Path.of("mural").toAbsolutePath();
    private final Path folder;

    private MemoryTable(Path folder) {
        this.folder = folder;
    }

    public static void main(String... args) throws IOException, InterruptedException {
        var wanted = List.of(args);
        var table = new MemoryTable(Files.createTempDirectory("mural-memory"));
        table.start();
        System.out.println("| setting | claimed | taken | claimed / taken |");
        System.out.println("|---|---|---|---|");
        boolean right = true;
        for (var row : ROWS) {
            if (wanted.isEmpty() ? row.usual() : wanted.contains(row.name())) {
                var seen = table.run(row);
                right &= seen.right();
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.0f MiB | %.0f MiB | %.2f%s |%n",
                        row.name(),
                        seen.claimed() / 0x1p20,
                        seen.taken() / 0x1p20,
                        seen.ratio(),
                        seen.right() ? "" : ", wrong");
            }
        }
        System.exit(right ? 0 : 1);
    }

    /** The picture to start from. */
    private void start() {
        var rgb = new byte[START_SIDE * START_SIDE * RGB];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 7 ^ i >> 9);
        }
        PngFile.write(folder.resolve("a.png"), new RgbImage(START_SIDE, START_SIDE, rgb), Map.of());
    }

    private Seen run(Row row) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(launcher.toString(), "generate", "a calm sea", "--seed", "1"));
        command.addAll(List.of("--steps", "4", "--progress", "json"));
        command.addAll(List.of(row.options()));
        var said = folder.resolve("said");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(said.toFile())
                .start();
        long most = 0;
        while (process.isAlive()) {
            most = Math.max(most, anonymous(process.pid()));
            Thread.sleep(LOOK_MILLIS);
        }
        if (process.waitFor() != 0) {
            throw new InputException(row.name() + ": " + Files.readString(said));
        }
        var plan = Files.readAllLines(said).stream()
                .filter(line -> line.startsWith("{\"event\":\"plan\""))
                .findFirst()
                .orElseThrow(() -> new InputException(row.name() + " had no plan"));
        return new Seen(Json.parse("plan", plan).longInteger("memory_bytes"), most);
    }

    /** Bytes of a process that stand for no file; 0 when it has just ended. */
    private static long anonymous(long process) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
