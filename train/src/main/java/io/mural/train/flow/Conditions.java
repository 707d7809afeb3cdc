package io.mural.train.flow;

import io.mural.model.hierarchical.Scene;
import io.mural.tensor.Tensor;
import java.util.Optional;

/**
 * What a velocity is predicted under.
 *
 * @param txt [text tokens, features]
 * @param pooled [1, features], for models that take it
 * @param guidance the distilled guidance scale; ignored by models without
 * @param height rows of tokens
 * @param width tokens of a row
 * @param scene the guide, where the model has one to look at
 */
public record Conditions(
        Tensor txt, Optional<Tensor> pooled, double guidance, int height, int width, Optional<Scene> scene) {}
