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
        var config = vae.config();
        var mean = switch (way.extent()) {
            case WHOLE -> vae.encode(ops, picture(ops, image));
            case TILES -> new TiledVae(vae).encode(ops, picture(ops, image));
            case BANDS -> new BandedVae(vae, way.keptBytes()).encode(ops, rows(image));
        };
        int reduction = config.reduction();
        var tokens = Latents.pack(
                ops.read(mean), config.latentChannels(), image.height() / reduction, image.width() / reduction);
        scale.normalise(tokens);
        return tokens;
    }

    private static Tensor picture(Ops ops, RgbImage image) {
        return ops.tensor(image.toFloats(), image.height(), image.width(), RGB);
    }

    private static PixelRows rows(RgbImage image) {
        return new PixelRows() {
            private float[] values = new float[0];

            @Override
            public int height() {
                return image.height();
            }

            @Override
            public int width() {
                return image.width();
            }

            @Override
            public float[] rows(int from, int to) {
                values = image.toFloats(from, to, values);
                return values;
            }
        };
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
