package io.mural.bench;

import io.mural.engine.device.Devices;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

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
     * The place of a number of threads, or of a device's name; {@link io.mural.tensor.InputException} when there is no such
     * device.
     */
    static Site of(String word) {
        if (word.chars().allMatch(Character::isDigit)) {
            return new Processor(Integer.parseInt(word));
        }
        return new Device(Devices.choose(word));
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

    record Device(Devices.Chosen chosen) implements Site {
        @Override
        public int threads() {
            return Runtime.getRuntime().availableProcessors();
        }

        @Override
        public Ops open() {
            return chosen.backend().open(chosen.name(), threads(), new Workspace());
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
            return chosen.device().description().contains("GPU)");
        }

        @Override
        public Optional<String> description() {
            return Optional.of(chosen.name() + ", " + chosen.device().description());
        }

        /** A file of its own for every card. */
        @Override
        public Path results() {
            var card = chosen.device().description().replaceFirst(" \\(.*", "");
            var name = card.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
            return Path.of("bench", "results", name + ".jsonl");
        }
    }
}
