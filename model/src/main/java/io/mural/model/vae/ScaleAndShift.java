package io.mural.model.vae;

/** One scale and shift for all latents, FLUX.1's: {@code (x - shift) * scale}. */
public record ScaleAndShift(float scale, float shift) implements LatentScale {
    @Override
    public void normalise(float[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (tokens[i] - shift) * scale;
        }
    }

    @Override
    public void restore(float[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = tokens[i] / scale + shift;
        }
    }
}
