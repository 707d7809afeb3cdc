package io.mural.model.vae;

import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Tensor;

/**
 * Between pictures and the latent tokens that a transformer works on, as a family of models has it. Grids are given as
 * rows of tokens and tokens of a row.
 */
public interface LatentCodec {
    /** Channels of a latent pixel. */
    int channels();

    /** Side of the square of latent pixels that a token holds. */
    int tokenSide();

    /** Side of the square of pixels that a latent pixel covers. */
    int latentPixels();

    /** Side of the square of pixels that a token covers. */
    default int tokenPixels() {
        return tokenSide() * latentPixels();
    }

    /** Tokens [tokens, features] of a picture whose sides are multiples of {@link #tokenPixels}. */
    float[] encode(Ops ops, RgbImage image, VaeWay way);

    /** As the other, of rows that are asked for. */
    default float[] encode(Ops ops, PixelRows picture, VaeWay way) {
        var posterior = posterior(ops, picture, way);
        return tokens(posterior.mean(), picture.height() / tokenPixels(), picture.width() / tokenPixels());
    }

    /** What the encoder says of a picture. */
    Posterior posterior(Ops ops, PixelRows picture, VaeWay way);

    /** The distribution that a picture is encoded to: means, then logarithms of variances, [latent pixels, channels x 2]. */
    Tensor moments(Ops ops, RgbImage image);

    /** @param tokens [gridHeight x gridWidth, features] */
    RgbImage decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeWay way);

    /** As {@link #decode(Ops, float[], int, int, VaeWay)}, from top to bottom. */
    void decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeWay way, PictureSink sink);

    /** The latents of tokens as the autoencoder has them, [gridHeight x tokenSide, gridWidth x tokenSide, channels]. */
    float[] latents(float[] tokens, int gridHeight, int gridWidth);

    /** The tokens of latents, as {@link #latents} gives them. */
    float[] tokens(float[] latents, int gridHeight, int gridWidth);

    /** Encodes a picture without values, whose sides are given in pixels. Of tiles, one. */
    void planEncode(PlanOps ops, int height, int width, VaeWay way);

    /** Decodes a picture without values, whose sides are given in pixels. Of tiles, one. */
    void planDecode(PlanOps ops, int height, int width, VaeWay way);

    /** How often {@link #planEncode} or {@link #planDecode} has to be run for a picture: the number of tiles. */
    int planned(int height, int width, VaeWay way);
}
