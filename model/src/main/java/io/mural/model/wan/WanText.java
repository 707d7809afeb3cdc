package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import java.util.List;

/** A prompt as the blocks see it: keys and values of each block's cross-attention. */
public record WanText(List<KeysValues> layers) {
    public WanText {
        layers = List.copyOf(layers);
    }
}
