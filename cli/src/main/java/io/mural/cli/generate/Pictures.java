package io.mural.cli.generate;

import io.mural.Format;
import io.mural.Mural;
import io.mural.Order;
import io.mural.Progress;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Sink;
import io.mural.cli.console.BadUsage;
import io.mural.cli.progress.Report;
import io.mural.model.image.PngFile;
import io.mural.model.image.TilePyramid;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Pictures for the command line: files named, progress reported, paths printed. */
final class Pictures {
    private static final Path STDOUT = Path.of("-");
    private static final Pattern JPEG = Pattern.compile("\\.jpe?g$", Pattern.CASE_INSENSITIVE);
    private static final int USUAL_QUALITY = 90;

    private final Mural mural;
    private final HierarchyOptions options;
    private final Report report;
    private final PrintWriter out;
    private final boolean verbose;
    private final Optional<MemoryWatch> watch;
    private final Integer quality; // null where it is not set

    /**
     * @param out where the paths of finished pictures go
     * @param quality of JPEG pictures, 1 to 100; null for the usual one
     * @param verbose whether to tell what pictures took of the machine
     */
    Pictures(Mural mural, HierarchyOptions options, Report report, PrintWriter out, Integer quality, boolean verbose) {
        this.mural = mural;
        this.options = options;
        this.report = report;
        this.out = out;
        if (quality != null && (quality < 1 || quality > Format.MOST_QUALITY)) {
            throw new BadUsage("--quality " + quality + ": choose 1 to " + Format.MOST_QUALITY);
        }
        this.quality = quality;
        this.verbose = verbose;
        watch = verbose ? Optional.of(new MemoryWatch()) : Optional.empty();
    }

    /** @param requests alike but for prompt and seed, each with its seed */
    void make(List<Request> requests, Optional<Path> output) {
        make(requests, all -> places(all, output));
    }

    /**
     * Makes pictures.
     *
     * @param requests alike but for prompt and seed, each with its seed
     * @param placed gives each its file
     */
    void make(List<Request> requests, Function<List<Request>, List<Path>> placed) {
        options.check();
        var first = requests.getFirst();
        if (options.needsLevels()) {
            var plan = mural.plan(first);
            if (plan.levels().isEmpty()) {
                throw new BadUsage(
                        "--size " + plan.recipe().width() + "x" + plan.recipe().height()
                                + " is made at once; --keep-stages, --resume and --plan are for larger pictures");
            }
            if (options.plan) {
                plan.levelLines().forEach(out::println);
                return;
            }
        }
        var places = placed.apply(requests);
        if (places.contains(STDOUT)) {
            toStdout(requests);
            return;
        }
        if (options.tiles) {
            places.forEach(place -> TilePyramid.check(description(place)));
        }
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            orders.add(new Order(requests.get(i), sink(places.get(i))));
        }
        mural.generate(orders, new Listener(places)::hear);
    }

    /** A PNG file for a pipe; nothing else goes to stdout then. */
    private void toStdout(List<Request> requests) {
        if (requests.size() > 1) {
            throw new BadUsage(
                    "-o -: stdout takes one picture, but " + requests.size() + " are asked for; name a folder");
        }
        if (options.keepStages || options.resume || options.preview != null || quality != null || options.tiles) {
            throw new BadUsage(
                    "-o -: --keep-stages, --resume, --preview, --tiles and --quality need a file; name one with -o");
        }
        var sink = Sink.stream(new FileOutputStream(FileDescriptor.out), Format.png());
        mural.generate(List.of(new Order(requests.getFirst(), sink)), new Listener(List.of())::hear);
    }

    /** By the ending of the name. */
    private Format format(Path place) {
        boolean jpeg = JPEG.matcher(place.toString()).find();
        if (quality != null && !jpeg) {
            throw new BadUsage("--quality is for JPEG pictures; " + place + " will be a PNG picture, name it .jpg");
        }
        return jpeg ? Format.jpeg(quality == null ? USUAL_QUALITY : quality) : Format.png();
    }

    private Sink sink(Path place) {
        var sink = Sink.file(place, format(place));
        var cut = options.tiles ? sink.tiles(description(place)) : sink;
        return options.resume ? cut.resume() : cut;
    }

    /** {@code sea.png} to {@code sea.dzi} */
    private static Path description(Path place) {
        return place.resolveSibling(stem(place) + ".dzi");
    }

    private static String stem(Path place) {
        return place.getFileName().toString().replaceFirst("(?i)\\.(png|jpe?g)$", "");
    }

    /** Files as {@code -o} says, checked. */
    static List<Path> places(List<Request> requests, Optional<Path> output) {
        if (output.filter(STDOUT::equals).isPresent()) {
            return List.of(STDOUT);
        }
        var outputs = new Outputs(output, requests.size());
        List<Path> places = new ArrayList<>();
        for (var request : requests) {
            places.add(outputs.place(
                    places.size() + 1,
                    request.prompt().orElseThrow(),
                    request.seed().orElseThrow()));
        }
        outputs.check(
                places,
                requests.getFirst().start().map(start -> start.path()).stream().toList());
        return places;
    }

    /** Hears what happens: passes it on, and writes the pictures beside the finished ones. */
    private final class Listener {
        private final List<Path> places;
        private Recipe recipe;

        Listener(List<Path> places) {
            this.places = places;
        }

        void hear(Progress event) {
            if (!(event instanceof Progress.Detail) || verbose) {
                report.accept(event);
            }
            watch.ifPresent(each -> each.accept(event));
            switch (event) {
                case Progress.Begun begun -> recipe = begun.recipe();
                case Progress.LevelDone level
                when options.keepStages -> {
                    var place = beside(level.picture(), "stage" + (level.level() + 1));
                    PngFile.write(place, level.image().get(), recipe.texts(Optional.of(place)));
                }
                case Progress.Preview preview
                when isWanted(preview) ->
                    PngFile.write(
                            beside(preview.picture(), "preview"),
                            preview.image().get(),
                            Map.of());
                case Progress.Done done -> {
                    watch.flatMap(MemoryWatch::line).ifPresent(report::note);
                    done.path().ifPresent(out::println);
                }
                default -> {}
            }
        }

        private boolean isWanted(Progress.Preview preview) {
            return options.preview != null && preview.step() % options.preview == 0;
        }

        /** {@code sea.png} to {@code sea.preview.png} */
        private Path beside(int picture, String what) {
            var place = places.get(picture - 1);
            return place.resolveSibling(stem(place) + "." + what + ".png");
        }
    }
}
