package io.mural.bench;

import io.mural.bench.synthetic.Family;
import io.mural.bench.synthetic.Family.Part;
import io.mural.bench.synthetic.ModelWriter;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a full-size model of random weights: what it makes is noise; time, memory and numerics are not. */
@Command(
        name = "bench/run synthesise",
        sortOptions = false,
        description = "Writes a full-size model of random weights in diffusers' folder layout.")
public final class Synthesise implements Callable<Integer> {
    private static final String RESOURCES = "/io/mural/bench/synthetic/";

    /** What can be made. */
    enum Published {
        FLUX1_DEV(Family.FLUX1, "flux1-dev"),
        FLUX2_KLEIN_4B(Family.FLUX2, "flux2-klein-4b"),
        WAN_1_3B(Family.WAN, "wan-1.3b");

        private final Family family;
        private final String configs;

        Published(Family family, String configs) {
            this.family = family;
            this.configs = configs;
        }

        /** A config by its path in the folder. */
        String config(String path) {
            try (var in = Synthesise.class.getResourceAsStream(RESOURCES + configs + "/" + path)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(path, e);
            }
        }

        @Override
        public String toString() {
            return configs;
        }
    }

    @Parameters(index = "0", paramLabel = "MODEL", description = "One of ${COMPLETION-CANDIDATES}.")
    private Published model;

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder to write, made if it is not there.")
    private Path folder;

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description = "Some of ${COMPLETION-CANDIDATES}, with commas. Default: all.")
    private List<Part> parts = List.of();

    @Option(
            names = "--tokenizers",
            paramLabel = "DIR",
            description =
                    "A model folder to copy tokenizers from. Default: vocabularies of the published sizes are made"
                            + " up of all words of Latin letters, shortest first.")
    private Path tokenizers;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same bytes. Default: 1.")
    private long seed = 1;

    private Synthesise() {}

    public static void main(String[] args) {
        var command = new CommandLine(new Synthesise())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Published.class, Synthesise::published)
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    if (e instanceof InputException) {
                        line.getErr().println("bench/run synthesise: " + e.getMessage());
                        return 1;
                    }
                    throw e;
                });
        command.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("This text.")
                        .build());
        System.exit(command.execute(args));
    }

    private static Published published(String name) {
        for (var published : Published.values()) {
            if (published.configs.equals(name)) {
                return published;
            }
        }
        throw new CommandLine.TypeConversionException("expected one of " + List.of(Published.values()));
    }

    @Override
    public Integer call() {
        Set<Part> chosen = parts.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts);
        var progress = new Lines();
        var writer = new ModelWriter(model.family, model::config, seed, progress);
        progress.total = writer.bytes(chosen);
        writer.write(folder, chosen, Optional.ofNullable(tokenizers));
        progress.print();
        System.out.println(folder);
        return 0;
    }

    /** A line on stderr every two seconds. */
    private static final class Lines implements LongConsumer {
        private static final long INTERVAL_NANOS = 2_000_000_000L;

        private final long start = System.nanoTime();
        private long total;
        private long done;
        private long printed = start;

        @Override
        public void accept(long bytes) {
            done += bytes;
            if (System.nanoTime() - printed > INTERVAL_NANOS) {
                print();
                printed = System.nanoTime();
            }
        }

        void print() {
            double seconds = (System.nanoTime() - start) / 1e9;
            System.err.printf(
                    Locale.ROOT, "%.1f of %.1f GB, %.0f MB/s%n", done / 1e9, total / 1e9, done / 1e6 / seconds);
        }
    }
}
