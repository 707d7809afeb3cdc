package io.mural.model.request;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.List;

/**
 * What a picture is made beside noise and text, as a transformer sees it.
 *
 * @param references clean tokens of reference pictures
 * @param memory when the references' keys and values are made
 * @param channels further features of the picture's own tokens, [tokens, features], for models that take them: a masked
 *     picture with its mask, or a control picture; without elements for others
 */
public record Conditions(List<Reference> references, Editing.References memory, float[] channels) {
    public static final Conditions NONE = new Conditions(List.of(), Editing.References.EACH_STEP, new float[0]);

    public Conditions {
        references = List.copyOf(references);
    }

    /** Tokens of all references. */
    public int referenceTokens() {
        return references.stream()
                .mapToInt(reference -> reference.grid().tokens())
                .sum();
    }

    /** The grids of all references. */
    public List<Grid> grids() {
        return references.stream().map(Reference::grid).toList();
    }

    /** The latents of all references one after the other, [tokens, features], a tensor of the current unit. */
    public Tensor references(Ops ops, int features) {
        var joined = new float[referenceTokens() * features];
        int at = 0;
        for (var reference : references) {
            System.arraycopy(reference.latents(), 0, joined, at, reference.latents().length);
            at += reference.latents().length;
        }
        return ops.tensor(joined, referenceTokens(), features);
    }
}
