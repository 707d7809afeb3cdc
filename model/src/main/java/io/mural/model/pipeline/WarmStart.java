package io.mural.model.pipeline;

import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.LatentUpsampler;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.image.UnsharpMask;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.request.HierarchicalSettings.Upsampler;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.vae.VaeWay;

/** Enlarges a finished picture's latents to what the next level starts from. */
record WarmStart(PictureModel model, Stages stages, Upsampler upsampler) {
    /** The mask's blur reaches as far as the enlargement smears. */
    private static final double SIGMA_PER_RATIO = 0.5;

    private static final double SHARPENING = 0.5;

    /**
     * @param guide packed tokens [guide tokens, channels x 4]
     * @param guideVae how the guide's picture is decoded
     * @param vae how the level's picture is encoded
     * @return packed tokens [tokens, channels x 4] in raster order
     */
    float[] enlarge(Level level, float[] guide, VaeWay guideVae, VaeWay vae, Progress progress) {
        return switch (upsampler) {
            case LATENT -> latents(level, guide);
            case PIXEL -> pixels(level, guide, guideVae, vae, progress);
        };
    }

    private float[] latents(Level level, float[] guide) {
        var codec = model.codec();
        int side = codec.tokenSide();
        var small = level.guide();
        var large = LatentUpsampler.enlarge(
                codec.latents(guide, small.height(), small.width()),
                side * small.height(),
                side * small.width(),
                codec.channels(),
                level.ratio(),
                side * level.grid().height(),
                side * level.grid().width());
        return codec.tokens(large, level.grid().height(), level.grid().width());
    }

    private float[] pixels(Level level, float[] guide, VaeWay guideVae, VaeWay vae, Progress progress) {
        progress.stage(Stage.ENCODE, 2);
        var codec = model.codec();
        RgbImage small;
        try (var ops = stages.open(progress)) {
            small = codec.decode(
                    ops, guide, level.guide().height(), level.guide().width(), guideVae);
        }
        progress.step(1);
        int ratio = level.ratio();
        var large = Resize.lanczos(small, small.width() * ratio, small.height() * ratio);
        var sharp = UnsharpMask.apply(topLeft(large, level), ratio * SIGMA_PER_RATIO, SHARPENING);
        try (var ops = stages.open(progress)) {
            var latents = codec.encode(ops, sharp, vae);
            progress.step(2);
            return latents;
        }
    }

    /** A guide covers its picture and, where the ratio does not divide the size, a little more. */
    private static RgbImage topLeft(RgbImage image, Level level) {
        if (image.width() == level.grid().pixelWidth()
                && image.height() == level.grid().pixelHeight()) {
            return image;
        }
        var rgb = new byte[level.grid().pixelHeight() * level.grid().pixelWidth() * 3];
        int row = level.grid().pixelWidth() * 3;
        for (int y = 0; y < level.grid().pixelHeight(); y++) {
            System.arraycopy(image.rgb(), y * image.width() * 3, rgb, y * row, row);
        }
        return new RgbImage(level.grid().pixelWidth(), level.grid().pixelHeight(), rgb);
    }
}
