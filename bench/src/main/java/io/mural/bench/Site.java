package io.mural.bench;

import io.mural.cli.tornado.DeviceName;
import io.mural.tensor.Backend;
import io.mural.tensor.Backend.Availability.Absent;
import io.mural.tensor.Backend.Availability.Available;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/** Where mural computes when it is compared: threads of the processor, or a device of TornadoVM. */
sealed interface Site {
    /** Threads that compute or wait; a peer on a processor may use as many. */
    int threads();

    Ops open();

    /** Returns when all that was begun is done. */
    void await(Ops ops);

    /** Whether a peer belongs on a GPU. */
    boolean isGpu();

    /** The device in words; empty for the processor. */
    Optional<String> description();

    Path results();

    /**
     * The place of a number of threads, or of a device's name; {@link IllegalArgumentException} when there is no such
     * device.
     */
    static Site of(String word) {
        if (word.chars().allMatch(Character::isDigit)) {
            return new Processor(Integer.parseInt(word));
        }
        var absent = new StringBuilder();
        for (var backend : ServiceLoader.load(Backend.class)) {
            switch (backend.availability()) {
                case Available available -> {
                    var found = device(backend, available, word);
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
                case Absent missing -> absent.append("; ").append(missing.reason());
            }
        }
        throw new IllegalArgumentException(word + ": no number of threads and no device" + absent);
    }

    private static Optional<Site> device(Backend backend, Available available, String word) {
        var names = available.devices().stream().map(Backend.Device::name).toList();
        return DeviceName.resolve(word, names)
                .map(name -> new Device(
                        backend,
                        available.devices().stream()
                                .filter(device -> device.name().equals(name))
                                .findFirst()
                                .orElseThrow()));
    }

    record Processor(int threads) implements Site {
        @Override
        public Ops open() {
            return new VectorOps(new Workspace(), threads);
        }

        @Override
        public void await(Ops ops) {} // operations end when they return

        @Override
        public boolean isGpu() {
            return false;
        }

        @Override
        public Optional<String> description() {
            return Optional.empty();
        }

        @Override
        public Path results() {
            return Path.of("bench", "results", "versus.jsonl");
        }
    }

    record Device(Backend backend, Backend.Device device) implements Site {
        @Override
        public int threads() {
            return Runtime.getRuntime().availableProcessors();
        }

        @Override
        public Ops open() {
            return backend.open(device.name(), threads(), new Workspace());
        }

        /** Results come after everything before them in the device's queue. */
        @Override
        public void await(Ops ops) {
            ops.unit("await", () -> {
                ops.read(ops.tensor(new float[] {0}, 1, 1));
            });
        }

        @Override
        public boolean isGpu() {
            return device.description().contains("GPU)");
        }

        @Override
        public Optional<String> description() {
            return Optional.of(device.name() + ", " + device.description());
        }

        /** A file of its own for every card. */
        @Override
        public Path results() {
            var card = device.description().replaceFirst(" \\(.*", "");
            var name = card.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
            return Path.of("bench", "results", name + ".jsonl");
        }
    }
}
