package io.mural.cli.generate;

import io.mural.Mural;
import io.mural.Order;
import io.mural.Progress;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Sink;
import io.mural.cli.console.BadUsage;
import io.mural.cli.preview.TerminalPictures;
import io.mural.cli.progress.Report;
import io.mural.model.image.ImageFile;
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
import picocli.CommandLine.Model.CommandSpec;

/** Pictures for the command line: files named, progress reported, paths printed. */
final class Pictures {
    private static final Path STDOUT = Path.of("-");
    /** Shown of each level in a terminal. */
    private static final int PREVIEWS = 4;


    private final Mural mural;
    private final HierarchyOptions options;
    private final Report report;
    private final PrintWriter out;
    private final boolean verbose;
    private final Optional<MemoryWatch> watch;
    private final DestinationOptions destination;
    private final PrintWriter err;
    private Optional<TerminalPictures> terminal = Optional.empty();

    /**
     * @param command where the paths of finished pictures and previews go
     */
    Pictures(
            Mural mural,
            HierarchyOptions options,
            Report report,
            DestinationOptions destination,
            CommandSpec command) {
        this.mural = mural;
        this.options = options;
        this.report = report;
        out = command.commandLine().getOut();
        err = command.commandLine().getErr();
        this.destination = destination;
        verbose = Verbose.in(command);
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
        destination.check();
        terminal = options.terminal();
        if (terminal.isPresent() && report.isForPrograms()) {
            throw new BadUsage("--preview in the terminal would stand among the lines of --progress json; leave one out");
        }
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
        if (options.keepStages || options.resume || options.previewSteps() > 0 || destination.isTyped("--quality") || options.tiles) {
            throw new BadUsage(
                    "-o -: --keep-stages, --resume, --preview N, --tiles and --quality need a file; name one with -o");
        }
        var sink = Sink.stream(new FileOutputStream(FileDescriptor.out), destination.png());
        mural.generate(List.of(new Order(requests.getFirst(), sink)), new Listener(List.of())::hear);
    }

    private Sink sink(Path place) {
        var sink = Sink.file(place, destination.format(place));
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
                case Progress.Preview preview -> {
                    if (options.previewSteps() > 0 && preview.step() % options.previewSteps() == 0) {
                        PngFile.write(
                                beside(preview.picture(), "preview"),
                                preview.image().get(),
                                Map.of());
                    }
                    if (preview.step() % Math.ceilDiv(recipe.steps(), PREVIEWS) == 0) {
                        terminal.ifPresent(each -> each.show(preview.image().get(), err));
                    }
                }
                case Progress.Done done -> {
                    terminal.ifPresent(each ->
                            done.path().ifPresent(path -> each.show(ImageFile.read(path), err)));
                    watch.flatMap(MemoryWatch::line).ifPresent(report::note);
                    done.path().ifPresent(out::println);
                }
                default -> {}
            }
        }

        /** {@code sea.png} to {@code sea.preview.png} */
        private Path beside(int picture, String what) {
            var place = places.get(picture - 1);
            return place.resolveSibling(stem(place) + "." + what + ".png");
        }
    }
}
