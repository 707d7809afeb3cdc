package io.mural.spark;

import io.mural.Mural;
import io.mural.batch.Catalog.Setup;
import io.mural.engine.device.DeviceChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Opens models on the processor whatever the device, and fails where a test asks for it: a model in the folder {@code planted}
 * fails once, the one in {@code poison} ends its process whenever it makes a picture.
 *
 * @param notes a folder for what happened
 */
record Pretence(String notes) implements Opening {
    private static final long serialVersionUID = 1L;
    private static final int KILLED = 137;

    @Override
    public Mural open(Setup setup, Optional<Path> embedded, String device, int threads) {
        var cpu = DeviceChoice.of("cpu", 1, Optional.empty(), Optional.empty(), true);
        var model =
                setup.model().path().map(path -> path.getFileName().toString()).orElse("");
        var choice = new DeviceChoice("cpu", 1, cpu.gemm(), cpu.precision(), cpu.bf16(), () -> {
            interfere(model);
            return cpu.ops().get();
        });
        var builder = Mural.builder().device(choice).memory(1L << 30);
        setup.model().path().ifPresentOrElse(builder::model, () -> builder.embedded(embedded.orElseThrow()));
        setup.loras().forEach(builder::lora);
        return builder.open();
    }

    private void interfere(String model) {
        boolean makes = StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals("io.mural.batch.Worker")));
        if (!makes) {
            return;
        }
        if (model.equals("planted") && note("planted")) {
            throw new IllegalStateException("planted");
        }
        if (model.equals("poison")) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    /** Whether it is the first time. */
    private boolean note(String name) {
        try {
            Files.createFile(Path.of(notes, name));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
