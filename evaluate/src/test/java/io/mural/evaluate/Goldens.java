package io.mural.evaluate;

import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;

/** Where the reference cases stand, and what runs them: memory starts as NaN. */
public final class Goldens {
    public static final Path FOLDER = Path.of("..", "goldens", "evaluation");
    public static final Path CASES = FOLDER.resolve("cases");

    private Goldens() {}

    public static Ops ops() {
        return new CpuBackend().open("cpu", 2, Workspace.poisoned());
    }
}
