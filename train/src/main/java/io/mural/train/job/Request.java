package io.mural.train.job;

import io.mural.train.data.Encoding.Sizes;
import io.mural.train.files.LoraFiles;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A run.
 *
 * @param out the LoRA's file, or the folder of a whole model
 * @param resume whether to go on from the state beside {@code out}
 */
public record Request(
        Kind kind,
        Pictures pictures,
        Base model,
        Path out,
        Adapter adapter,
        TrainingSettings settings,
        boolean resume) {

    /**
     * @param folder of pictures and captions
     * @param validation pictures to judge by; those that are trained on where empty
     * @param cache where what the encoders give is kept
     * @param caption for pictures without one
     * @param trigger a word for captions that lack it
     */
    public record Pictures(
            Path folder,
            Optional<Path> validation,
            Path cache,
            Optional<String> caption,
            Optional<String> trigger,
            Sizes sizes) {}

    /**
     * @param path folder or file
     * @param base for a single file: the folder that has what the file lacks
     */
    public record Base(Path path, Optional<Path> base) {}

    /**
     * @param from a LoRA whose training goes on; a new one where empty
     * @param targets as {@link Targets#of} reads them; of a whole model its tensors
     */
    public record Adapter(int rank, double alpha, String targets, Optional<Path> from, LoraFiles.Style style) {}
}
