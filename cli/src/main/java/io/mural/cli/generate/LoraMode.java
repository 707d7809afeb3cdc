package io.mural.cli.generate;

import io.mural.engine.text.Words;
import io.mural.model.request.LoraFile;

/** How a LoRA is applied, as {@code --lora-mode} has it. */
enum LoraMode {
    ADAPTER(LoraFile.Mode.ADAPTER),
    MERGE(LoraFile.Mode.MERGE);

    private final LoraFile.Mode mode;

    LoraMode(LoraFile.Mode mode) {
        this.mode = mode;
    }

    LoraFile.Mode mode() {
        return mode;
    }

    @Override
    public String toString() {
        return Words.of(this);
    }
}
