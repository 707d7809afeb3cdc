package io.mural.model.vae;

import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import io.mural.model.sampling.Latents;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Tensor;

/** The codec of an autoencoder: a token holds 2 x 2 latent pixels, brought to the scale of the noise. */
public record KlCodec(AutoencoderKL vae, LatentScale scale) implements LatentCodec {
    private static final int TOKEN_SIDE = 2;
    private static final int RGB = 3;
    private static final int BAND_PIXELS = 1 << 20;

    @Override
    public int channels() {
        return vae.config().latentChannels();
    }

    @Override
    public int tokenSide() {
        return TOKEN_SIDE;
    }

    @Override
    public int latentPixels() {
        return vae.config().reduction();
    }

    /** Of the distribution's mean. */
    @Override
    public float[] encode(Ops ops, RgbImage image, VaeWay way) {
        return encode(ops, PixelRows.of(image), way);
    }

    @Override
    public Posterior posterior(Ops ops, PixelRows picture, VaeWay way) {
        var moments = switch (way.extent()) {
            case WHOLE -> vae.moments(ops, whole(ops, picture));
            case TILES -> new TiledVae(vae).moments(ops, whole(ops, picture));
            case BANDS -> new BandedVae(vae, way.keptBytes()).moments(ops, picture);
        };
        return Posterior.of(
                ops.read(moments), picture.height() / latentPixels(), picture.width() / latentPixels(), channels());
    }

    @Override
    public Tensor moments(Ops ops, RgbImage image) {
        return vae.moments(ops, picture(ops, image));
    }

    private static Tensor picture(Ops ops, RgbImage image) {
        return whole(ops, PixelRows.of(image));
    }

    private static Tensor whole(Ops ops, PixelRows picture) {
        return ops.tensor(picture.rows(0, picture.height()), picture.height(), picture.width(), RGB);
    }

    @Override
    public RgbImage decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeWay way) {
        int width = gridWidth * tokenPixels();
        int height = gridHeight * tokenPixels();
        var rgb = new byte[height * width * RGB];
        int[] at = {0};
        decode(ops, tokens, gridHeight, gridWidth, way, band -> {
            System.arraycopy(band.rgb(), 0, rgb, at[0], band.rgb().length);
            at[0] += band.rgb().length;
        });
        return new RgbImage(width, height, rgb);
    }

    @Override
    public void decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeWay way, PictureSink sink) {
        var latent = ops.tensor(
                latents(tokens, gridHeight, gridWidth), TOKEN_SIDE * gridHeight, TOKEN_SIDE * gridWidth, channels());
        switch (way.extent()) {
            case WHOLE -> inBands(ops, vae.decode(ops, latent), sink);
            case TILES -> inBands(ops, new TiledVae(vae).decode(ops, latent), sink);
            case BANDS ->
                new BandedVae(vae, way.keptBytes()).decode(ops, latent, band -> give(ops.read(band), band, sink));
        }
    }

    @Override
    public float[] latents(float[] tokens, int gridHeight, int gridWidth) {
        var raw = tokens.clone();
        scale.restore(raw);
        return Latents.unpack(raw, channels(), TOKEN_SIDE * gridHeight, TOKEN_SIDE * gridWidth);
    }

    @Override
    public float[] tokens(float[] latents, int gridHeight, int gridWidth) {
        var tokens = Latents.pack(latents, channels(), TOKEN_SIDE * gridHeight, TOKEN_SIDE * gridWidth);
        scale.normalise(tokens);
        return tokens;
    }

    @Override
    public void planEncode(PlanOps ops, int height, int width, VaeWay way) {
        new KlPlan(vae, height, width).encode(ops, way);
    }

    @Override
    public void planDecode(PlanOps ops, int height, int width, VaeWay way) {
        new KlPlan(vae, height, width).decode(ops, way);
    }

    @Override
    public int planned(int height, int width, VaeWay way) {
        return new KlPlan(vae, height, width).runs(way);
    }

    /** Sends a whole picture in pieces, because one array of all of it would fill the heap. */
    private static void inBands(Ops ops, Tensor picture, PictureSink sink) {
        int height = picture.shape().dim(0);
        int width = picture.shape().dim(1);
        int rows = Math.max(1, BAND_PIXELS / width);
        for (int from = 0; from < height; from += rows) {
            var band = picture.rows(from * width, Math.min(height, from + rows) * width)
                    .reshape(Math.min(height, from + rows) - from, width, RGB);
            give(ops.read(band), band, sink);
        }
    }

    private static void give(float[] values, Tensor band, PictureSink sink) {
        sink.values(values, band.shape().dim(1), band.shape().dim(0));
    }
}
