package io.mural.model.family;

import io.mural.model.hierarchical.Scene;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.HierarchicalSettings;
import io.mural.tensor.Ops;

/** A model with its hierarchical LoRA, for pictures with a guide. */
public interface GuidedModel {
    /** The transformer for a scene and a prompt; its tensors are of the current unit. Latents are in the scene's order. */
    Evaluation evaluation(
            Ops ops, Scene scene, HierarchicalSettings settings, PromptEmbeds embeds, OutsideMemory memory);
}
