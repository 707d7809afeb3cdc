package io.mural.bench.kills;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * {@code bench/run kills COUNT [DIR]}: kills {@code generate} COUNT times at random moments, of the base and of the level above
 * it, each time going on with {@code --resume}, {@code quantize} a third as often and shards of {@code batch} as often; looks
 * whether the same bytes come out, an older file stays whole, nothing is left beside it, and no picture of a batch is lost or made
 * twice. Ends with 1 where not.
 */
public final class Kills {
    private static final String PICTURE = "a.png";
    private static final String CHECKPOINT = "a.png.checkpoint";
    private static final String WEIGHTS = "a.gguf";
    private static final int PER_QUANTIZE = 3;

    private final Path root;
    private final Path place;
    private final Random random = new Random();
    private int lost;

    private Kills(Path root, Path place) {
        this.root = root;
        this.place = place;
    }

    public static void main(String... args) throws IOException {
        int count = Integer.parseInt(args[0]);
        var root = Path.of("").toAbsolutePath();
        var place = args.length > 1
                ? Files.createDirectories(Path.of(args[1]).toAbsolutePath())
                : Files.createTempDirectory("mural-kills");
        var kills = new Kills(root, place);
        kills.pictures(count);
        kills.weights(Math.max(1, count / PER_QUANTIZE));
        kills.batches(count);
        System.exit(kills.lost == 0 ? 0 : 1);
    }

    private static String[] generate(String... more) {
        var args = Arrays.asList(
                "generate",
                "a calm sea",
                "--size",
                "368x368",
                "--steps",
                "6",
                "--skip-steps",
                "2",
                "--seed",
                "4",
                "--progress",
                "json",
                "-o",
                PICTURE);
        var all = Arrays.copyOf(args.toArray(new String[0]), args.size() + more.length);
        System.arraycopy(more, 0, all, args.size(), more.length);
        return all;
    }

    private Command command(String name) throws IOException {
        return new Command(root.resolve("mural"), Files.createDirectories(place.resolve(name)));
    }

    /** The embedded model, made to take 64 x 64 pixels for its own size: small pictures have levels, too. */
    private void model() throws IOException {
        var from = root.resolve("models");
        var to = place.resolve("models");
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        var defaults = to.resolve("mural-nano/mural.json");
        Files.writeString(
                defaults,
                Files.readString(defaults).replaceFirst("\"native_size\": *\\[[^]]*]", "\"native_size\": [64, 64]"));
    }

    private void pictures(int count) throws IOException {
        model();
        var whole = command("whole");
        var reference = whole.run(generate());
        require(reference.exit() == 0, "the whole picture fails: " + reference.lines());
        int lines = reference.lines().size();
        var folder = command("killed");
        int killed = 0;
        int inBase = 0;
        int above = 0;
        int finished = 0;
        int others = 0;
        int left = 0;
        while (killed < count) {
            progress(killed, finished, others + left);
            var run = folder.killed(1 + random.nextInt(lines), random, generate("--resume"));
            if (run.killed()) {
                killed++;
                boolean kept = folder.files().contains(CHECKPOINT);
                inBase += kept && isInBase(run.lines()) ? 1 : 0;
                above += kept && !isInBase(run.lines()) ? 1 : 0;
                // Every other one is brought to its end, so that all moments have their turn.
                run = killed % 2 == 0 ? folder.run(generate("--resume")) : run;
            }
            if (run.exit() == 0) {
                finished++;
                others += same(whole, folder, PICTURE) ? 0 : 1;
                left += folder.files().equals(List.of(PICTURE)) ? 0 : 1;
                Files.delete(folder.folder().resolve(PICTURE));
            }
        }
        lost += others + left;
        System.out.printf(
                Locale.ROOT,
                "generate: killed %d times, %d with a checkpoint of the base, %d of the level above; %d pictures"
                        + " finished, %d with other bytes, %d with something left beside them%n",
                killed,
                inBase,
                above,
                finished,
                others,
                left);
    }

    /** A run takes long: who ends it early knows what it has seen. */
    private static void progress(int killed, int whole, int wrong) {
        if (killed % 10 == 0) {
            System.err.println(killed + " kills, " + whole + " whole files, " + wrong + " wrong");
        }
    }

    private static boolean isInBase(List<String> lines) {
        return lines.stream().noneMatch(line -> line.contains("\"event\":\"level\"") && line.contains("\"level\":2"));
    }

    private void weights(int count) throws IOException {
        var model = root.resolve("models/mural-nano").toString();
        var whole = command("whole");
        String[] args = {"quantize", model, WEIGHTS, "--to", "q8", "--force"};
        long start = System.nanoTime();
        var reference = whole.run(args);
        long took = System.nanoTime() - start;
        require(reference.exit() == 0, "quantize fails: " + reference.lines());
        var folder = command("quantized");
        Files.copy(whole.folder().resolve(WEIGHTS), folder.folder().resolve(WEIGHTS));
        int killed = 0;
        int others = 0;
        while (killed < count) {
            progress(killed, killed - others, others);
            var run = folder.killedAfter((long) (random.nextDouble() * took * 1.1), args);
            killed += run.killed() ? 1 : 0;
            others += same(whole, folder, WEIGHTS) ? 0 : 1;
        }
        var last = folder.run(args);
        require(last.exit() == 0, "quantize fails: " + last.lines());
        int left = folder.files().size() - 1;
        lost += others + left;
        System.out.printf(
                Locale.ROOT,
                "quantize: killed %d times; %d times the file was another one, %d files left beside it%n",
                killed,
                others,
                left);
    }

    private void batches(int count) throws IOException {
        lost += new BatchKills(command("batch"), random).run(count);
    }

    private static boolean same(Command one, Command two, String name) throws IOException {
        return Files.mismatch(one.folder().resolve(name), two.folder().resolve(name)) == -1;
    }

    private static void require(boolean so, String otherwise) {
        if (!so) {
            throw new InputException(otherwise);
        }
    }
}
