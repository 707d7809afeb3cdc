package io.mural.model.vae;

import io.mural.model.vae.TileBlend.Tile;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Encoding and decoding by overlapping tiles in bounded memory (diffusers' {@code tiled_decode} and
 * {@code tiled_encode}): tiles of the training size overlap by a quarter and are cross-faded. Group norms and
 * attention see a tile alone, so tone can shift between tiles.
 */
public final class TiledVae {
    private static final double OVERLAP = 0.25;

    private final AutoencoderKL vae;
    private final int pictureTile;
    private final int latentTile;

    /** Tiles of the autoencoder's own sample size. */
    public TiledVae(AutoencoderKL vae) {
        this(vae, vae.config().sampleSize());
    }

    /** @param pictureTile side of a tile in pixels, a multiple of the autoencoder's reduction */
    public TiledVae(AutoencoderKL vae, int pictureTile) {
        this.vae = vae;
        this.pictureTile = pictureTile;
        this.latentTile = pictureTile / vae.config().reduction();
    }

    /** How far apart tiles of that side begin. */
    public static int stride(int tile) {
        return (int) (tile * (1 - OVERLAP));
    }

    /** [height, width, latentChannels] to [8 height, 8 width, 3], a tensor of the current unit. */
    public Tensor decode(Ops ops, Tensor latent) {
        int reduction = vae.config().reduction();
        return map(ops, latent, latentTile, pictureTile, reduction, 1, 3, tile -> vae.decode(ops, tile));
    }

    /** [height, width, 3] to [height / 8, width / 8, latentChannels], a tensor of the current unit. */
    public Tensor encode(Ops ops, Tensor picture) {
        return vae.meanOf(ops, moments(ops, picture));
    }

    /** Mean and log-variance, [height / 8, width / 8, 2 x latentChannels], a tensor of the current unit. */
    public Tensor moments(Ops ops, Tensor picture) {
        int channels = 2 * vae.config().latentChannels();
        int reduction = vae.config().reduction();
        return map(ops, picture, pictureTile, latentTile, 1, reduction, channels, tile -> vae.moments(ops, tile));
    }

    /** Maps every tile of {@code in}, whose sides grow by {@code times} and shrink by {@code part}. */
    private static Tensor map(
            Ops ops, Tensor in, int inTile, int outTile, int times, int part, int channels, UnaryOperator<Tensor> f) {
        int height = in.shape().dim(0);
        int width = in.shape().dim(1);
        int stride = stride(inTile);
        int overlap = (int) (outTile * OVERLAP);
        int kept = outTile - overlap;
        var out = ops.empty(height * times / part, width * times / part, channels);
        List<Tile> above = List.of();
        for (int y = 0, row = 0; y < height; y += stride, row++) {
            var tiles = new ArrayList<Tile>();
            for (int x = 0, column = 0; x < width; x += stride, column++) {
                var crop = cut(in, y, Math.min(y + inTile, height), x, Math.min(x + inTile, width));
                var tile = run(ops, "tile." + row + "." + column, crop, in.cols(), f);
                if (row > 0) {
                    TileBlend.vertical(above.get(column), tile, overlap);
                }
                if (column > 0) {
                    TileBlend.horizontal(tiles.getLast(), tile, overlap);
                }
                tiles.add(tile);
                paste(ops, out, tile, row * kept, column * kept, kept);
            }
            above = tiles;
        }
        return out;
    }

    /** @param crop [height, width x channels] */
    private static Tile run(Ops ops, String name, Tensor crop, int channels, UnaryOperator<Tensor> f) {
        var result = new Tile[1];
        ops.unit(name, () -> {
            var tile = ops.empty(crop.rows(), crop.cols() / channels, channels);
            ops.copy(tile.reshape(crop.rows(), crop.cols()), crop);
            var mapped = f.apply(tile);
            var shape = mapped.shape();
            result[0] = new Tile(shape.dim(0), shape.dim(1), shape.dim(2), ops.read(mapped));
        });
        return result[0];
    }

    /** A part of a picture as a matrix [bottom - top, (right - left) x channels], a view. */
    private static Tensor cut(Tensor picture, int top, int bottom, int left, int right) {
        int width = picture.shape().dim(1);
        int channels = picture.cols();
        return picture.reshape(picture.shape().dim(0), width * channels)
                .rows(top, bottom)
                .columns(left * channels, right * channels);
    }

    /** Writes the first {@code kept} rows and columns of a tile, as far as the picture goes. */
    private static void paste(Ops ops, Tensor picture, Tile tile, int top, int left, int kept) {
        int rows = Math.min(Math.min(kept, tile.height()), picture.shape().dim(0) - top);
        int columns = Math.min(Math.min(kept, tile.width()), picture.shape().dim(1) - left);
        if (rows <= 0 || columns <= 0) {
            return;
        }
        int length = columns * tile.channels();
        var values = new float[rows * length];
        for (int y = 0; y < rows; y++) {
            System.arraycopy(tile.values(), tile.index(y, 0), values, y * length, length);
        }
        var part = ops.tensor(values, rows, length);
        ops.copy(cut(picture, top, top + rows, left, left + columns), part);
        ops.workspace().release(part);
    }
}
