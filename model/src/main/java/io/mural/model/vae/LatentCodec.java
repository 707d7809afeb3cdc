package io.mural.model.vae;

import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import io.mural.model.sampling.Latents;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** Pictures to packed latent tokens and back, as a transformer works on them. */
public record LatentCodec(AutoencoderKL vae, LatentScale scale) {
    private static final int RGB = 3;
    private static final int BAND_PIXELS = 1 << 20;

    /** [tokens, channels x 4] of the posterior's mean. */
    public float[] encode(Ops ops, RgbImage image, VaeWay way) {
        return encode(ops, PixelRows.of(image), way);
    }

    /** As the other, of rows that are asked for. */
    public float[] encode(Ops ops, PixelRows picture, VaeWay way) {
        return normalised(posterior(ops, picture, way).mode());
    }

    /** What the encoder says of a picture, in raw latents. */
    public Posterior posterior(Ops ops, PixelRows picture, VaeWay way) {
        var moments = switch (way.extent()) {
            case WHOLE -> vae.moments(ops, whole(ops, picture));
            case TILES -> new TiledVae(vae).moments(ops, whole(ops, picture));
            case BANDS -> new BandedVae(vae, way.keptBytes()).moments(ops, picture);
        };
        int reduction = vae.config().reduction();
        return Posterior.of(
                ops.read(moments),
                picture.height() / reduction,
                picture.width() / reduction,
                vae.config().latentChannels());
    }

    /** Raw latents, packed to tokens, as the transformer works on them; in place. */
    public float[] normalised(float[] tokens) {
        scale.normalise(tokens);
        return tokens;
    }

    private static Tensor whole(Ops ops, PixelRows picture) {
        return ops.tensor(picture.rows(0, picture.height()), picture.height(), picture.width(), RGB);
    }

    /**
     * @param tokens [height x width, channels x 4]
     * @param gridHeight rows of tokens
     * @param gridWidth tokens of a row
     */
    public RgbImage decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeWay way) {
        int reduction = vae.config().reduction();
        int width = 2 * gridWidth * reduction;
        int height = 2 * gridHeight * reduction;
        var rgb = new byte[height * width * RGB];
        int[] at = {0};
        decode(ops, tokens, gridHeight, gridWidth, way, band -> {
            System.arraycopy(band.rgb(), 0, rgb, at[0], band.rgb().length);
            at[0] += band.rgb().length;
        });
        return new RgbImage(width, height, rgb);
    }

    /** As the other, from top to bottom. */
    public void decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeWay way, PictureSink sink) {
        var config = vae.config();
        int height = 2 * gridHeight;
        int width = 2 * gridWidth;
        var raw = tokens.clone();
        scale.restore(raw);
        var latent = ops.tensor(
                Latents.unpack(raw, config.latentChannels(), height, width), height, width, config.latentChannels());
        switch (way.extent()) {
            case WHOLE -> inBands(ops, vae.decode(ops, latent), sink);
            case TILES -> inBands(ops, new TiledVae(vae).decode(ops, latent), sink);
            case BANDS ->
                new BandedVae(vae, way.keptBytes()).decode(ops, latent, band -> sink.rows(image(ops.read(band), band)));
        }
    }

    /** A whole picture in pieces that do not count as arrays. */
    private static void inBands(Ops ops, Tensor picture, PictureSink sink) {
        int height = picture.shape().dim(0);
        int width = picture.shape().dim(1);
        int rows = Math.max(1, BAND_PIXELS / width);
        for (int from = 0; from < height; from += rows) {
            var band = picture.rows(from * width, Math.min(height, from + rows) * width)
                    .reshape(Math.min(height, from + rows) - from, width, RGB);
            sink.rows(image(ops.read(band), band));
        }
    }

    private static RgbImage image(float[] values, Tensor band) {
        return RgbImage.of(values, band.shape().dim(1), band.shape().dim(0));
    }
}
