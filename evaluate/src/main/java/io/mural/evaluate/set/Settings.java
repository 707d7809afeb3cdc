package io.mural.evaluate.set;

import io.mural.evaluate.pixels.Resizer;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What changes the numbers, or how they are come by.
 *
 * @param resizer to Inception's size
 * @param patch side of a patch, pixels
 * @param iqaSize shorter side of a picture for CLIP-IQA; 0 for the picture's own
 * @param good the text a good picture is near to, for CLIP-IQA
 * @param bad its opposite
 * @param splits of the Inception score
 * @param subsets of KID
 * @param neighbours of precision and recall
 * @param limit how many pictures of a set count
 * @param shuffle the seed of the order of pictures, by name if there is none
 * @param seed of KID's subsets and of the bootstrap
 * @param bootstrap how often sets are drawn again for an interval of FID; 0 for none
 * @param cache the folder for numbers of pictures, if they are to be kept
 * @param background red, green and blue behind transparent pictures
 */
public record Settings(
        Resizer resizer,
        int patch,
        int iqaSize,
        String good,
        String bad,
        int splits,
        int subsets,
        int neighbours,
        int limit,
        Optional<Long> shuffle,
        long seed,
        int bootstrap,
        Optional<Path> cache,
        Optional<byte[]> background) {

    /** The settings of the papers, where they say them. */
    public static final Settings USUAL = new Settings(
            Resizer.CLEAN,
            1024,
            0,
            "Good photo.",
            "Bad photo.",
            10,
            100,
            3,
            Integer.MAX_VALUE,
            Optional.empty(),
            0,
            0,
            Optional.empty(),
            Optional.empty());

    public Settings {
        atLeast("patch", patch, 16);
        atLeast("iqa-size", iqaSize, 0);
        atLeast("splits", splits, 1);
        atLeast("kid-subsets", subsets, 1);
        atLeast("neighbours", neighbours, 1);
        atLeast("limit", limit, 1);
        atLeast("bootstrap", bootstrap, 0);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new InputException("`" + name + "` " + value + ": choose at least " + least);
        }
    }
}
