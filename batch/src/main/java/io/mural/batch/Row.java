package io.mural.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A row of the table: a picture, or {@code count} of them with seeds that follow each other.
 *
 * @param number the first row is 1
 * @param seed of its first picture, 64 bits without sign
 * @param loras as the row names them
 * @param cells all its values, to be copied to the result
 */
public record Row(
        long number,
        String id,
        String prompt,
        Optional<String> negative,
        long seed,
        int count,
        Look look,
        Sources sources,
        Map<String, Object> cells) {

    /** How pictures are made; empty is the model's default. */
    public record Look(
            Optional<Integer> width,
            Optional<Integer> height,
            Optional<Integer> steps,
            Optional<Double> guidance,
            Optional<Double> trueCfg,
            Optional<Double> strength) {}

    /**
     * What pictures are made from.
     *
     * @param model a name among the job's models; empty for its first
     */
    public record Sources(
            Optional<String> model, List<LoraUse> loras, Optional<String> initImage, List<String> references) {}

    /** A LoRA by its name among the job's, or its file, and how strong it is. */
    public record LoraUse(String name, double scale) {}

    /** The seed of a picture of this row, of which 0 is the first. */
    public long seed(int picture) {
        return seed + picture;
    }
}
