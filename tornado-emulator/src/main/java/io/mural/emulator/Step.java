package io.mural.emulator;

import uk.ac.manchester.tornado.api.WorkerGrid;

/** One task of a graph; its name is {@code graph.task}. */
sealed interface Step permits Task, LibraryCall {
    String name();

    /** As given: arrays are the host's. */
    Object[] arguments();

    /** Bytes that TornadoVM sends with each launch, and counts. */
    int launchBytes();

    /** Runs on arguments that are on the device; {@code grid} is null without one. */
    void run(Object[] arguments, WorkerGrid grid);
}
