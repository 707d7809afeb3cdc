package io.mural;

import io.mural.model.family.PictureModel;

/**
 * How large a request is for the model.
 *
 * @param prompt tokens of the prompt that the text encoder uses, special ones included
 * @param references latent tokens of the pictures it is made after
 * @param picture latent tokens of the picture
 */
public record Tokens(int prompt, int references, int picture) {
    static Tokens of(PictureModel model, Recipe recipe, Loaded inputs) {
        // Where there are two encoders the last is the one whose tokens the transformer sees.
        var reader = model.textReaders(recipe.textTokens()).getLast();
        int prompt = reader.tokenizer().encode(recipe.prompt(), reader.length()).used();
        int references = inputs.references().stream()
                .mapToInt(image -> model.grid(image.width(), image.height()).tokens())
                .sum();
        // A picture that is painted in has any size.
        int side = model.tokenPixels();
        int picture = Math.ceilDiv(recipe.width(), side) * Math.ceilDiv(recipe.height(), side);
        return new Tokens(prompt, references, picture);
    }
}
