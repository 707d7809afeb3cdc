package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.weights.names.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Which tensors of a transformer are trained as a whole. */
final class FullTargets {
    private FullTargets() {}

    /** @param text {@code transformer} for all, or names with {@code *}, separated by commas */
    static List<String> of(String text, Weights model) {
        if (text.equals("transformer")) {
            return List.copyOf(model.names());
        }
        var globs = Arrays.stream(text.split(",", -1))
                .map(glob -> Pattern.compile(Pattern.quote(glob.strip()).replace("*", "\\E.*\\Q")))
                .toList();
        var names = model.names().stream()
                .filter(name ->
                        globs.stream().anyMatch(glob -> glob.matcher(name).matches()))
                .toList();
        if (names.isEmpty()) {
            throw new InputException("the targets \"" + text + "\" are no tensors of " + model.source()
                    + "; choose transformer, or names such as transformer_blocks.*");
        }
        return names;
    }
}
