package io.mural.model.vae;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import java.util.function.Consumer;

/**
 * Decoding and encoding from top to bottom in bounded memory with the results of doing it at once: the maps of the
 * coarsest level, with its attention, are whole; at finer levels a pass over the rows gathers the moments of every
 * group norm before the norm is applied. Maps between layers are kept where they fit and else made again in every pass.
 */
public final class BandedVae {
    /** Floats of a band of the largest map it goes through: the memory of a few such is what a pass takes. */
    private static final long BAND_FLOATS = 1 << 25;
    /** So that the rows made twice, at the borders of bands, do not count. */
    private static final int LEAST_ROWS = 16;

    private final AutoencoderKL vae;
    private final long keptBytes;
    private final long bandFloats;
    private Ops ops;
    private long kept;

    /** @param keptBytes the largest map between layers that is kept, where it is larger than those of the coarsest */
    public BandedVae(AutoencoderKL vae, long keptBytes) {
        this(vae, keptBytes, BAND_FLOATS);
    }

    /** @param bandFloats about so many floats make a band */
    BandedVae(AutoencoderKL vae, long keptBytes, long bandFloats) {
        this.vae = vae;
        this.keptBytes = keptBytes;
        this.bandFloats = bandFloats;
    }

    /**
     * @param latent [height, width, latentChannels]
     * @param bands told the picture, bands [rows, 8 width, 3] from top to bottom, each valid while it is told
     */
    public void decode(Ops device, Tensor latent, Consumer<Tensor> bands) {
        ops = device;
        ops.unit("decoder", () -> {
            var decoder = vae.decoder();
            var coarsest = new Rows.Stored(ops.unit(
                    "conv_in", () -> ops.conv2d(vae.postQuant(ops, latent), decoder.convIn(), 1, Padding.SAME)));
            kept = Math.max(keptBytes, coarsest.bytes());
            var rows = mid(coarsest, decoder.mid());
            for (int i = 0; i < decoder.levels().size(); i++) {
                var level = decoder.levels().get(i);
                for (int j = 0; j < level.resnets().size(); j++) {
                    rows = resnet(
                            "up_blocks." + i + ".resnets." + j,
                            rows,
                            level.resnets().get(j));
                }
                if (level.upsampler().isPresent()) {
                    rows = kept(
                            "up_blocks." + i + ".upsamplers.0",
                            new Rows.Upsampled(rows, level.upsampler().get()));
                }
            }
            out(rows, decoder.convNormOut(), decoder.convOut(), (from, band) -> bands.accept(band));
        });
    }

    /** The mean of the posterior, [height / 8, width / 8, latentChannels], a tensor of the current unit. */
    public Tensor encode(Ops device, PixelRows picture) {
        return vae.meanOf(device, moments(device, picture));
    }

    /** Mean and log-variance, [height / 8, width / 8, 2 x latentChannels], a tensor of the current unit. */
    public Tensor moments(Ops device, PixelRows picture) {
        ops = device;
        return vae.quantised(ops, ops.unit("encoder", () -> {
            var encoder = vae.encoder();
            int reduction = vae.config().reduction();
            int height = picture.height() / reduction;
            int width = picture.width() / reduction;
            kept = Math.max(
                    keptBytes,
                    (long) height * width * encoder.convNormOut().weight().cols() * Float.BYTES);
            var rows = kept("conv_in", new Rows.Convolved(new Rows.Pixels(picture), encoder.convIn()));
            for (int i = 0; i < encoder.levels().size(); i++) {
                var level = encoder.levels().get(i);
                for (int j = 0; j < level.resnets().size(); j++) {
                    rows = resnet(
                            "down_blocks." + i + ".resnets." + j,
                            rows,
                            level.resnets().get(j));
                }
                if (level.downsampler().isPresent()) {
                    rows = kept(
                            "down_blocks." + i + ".downsamplers.0",
                            new Rows.Downsampled(rows, level.downsampler().get()));
                }
            }
            var last = mid(stored("mid_block", rows), encoder.mid());
            var encoded = ops.empty(height, width, encoder.convOut().out());
            out(
                    last,
                    encoder.convNormOut(),
                    encoder.convOut(),
                    (from, band) -> ops.copy(encoded.rows(from * width, from * width + band.rows()), band));
            return encoded;
        }));
    }

    private Rows mid(Rows.Stored in, MidBlock mid) {
        var rows = stored("mid_block.resnets.0", resnet("mid_block.resnets.0", in, mid.first()));
        ops.unit("mid_block.attentions.0", () -> mid.attention().forward(ops, rows.map()));
        return resnet("mid_block.resnets.1", rows, mid.second());
    }

    private Rows resnet(String name, Rows in, ResnetBlock block) {
        var moments1 = moments(name + ".norm1", in, block.norm1());
        var moments2 = moments(name + ".norm2", new Rows.FirstHalf(in, block, moments1), block.norm2());
        return kept(name, new Rows.Resnet(in, block, moments1, moments2));
    }

    private interface Result {
        void take(int from, Tensor rows);
    }

    /** The end: norm, activation, convolution. */
    private void out(Rows in, GroupNorm norm, Conv conv, Result result) {
        var moments = moments("conv_norm_out", in, norm);
        eachBand("conv_out", in, (from, to) -> {
            int top = Math.max(0, from - 1);
            var x = in.make(ops, top, Math.min(in.height(), to + 1));
            var out = ops.conv2d(norm.forward(ops, x, moments, Activation.SILU), conv, 1, Padding.SAME);
            int width = in.width();
            result.take(from, out.rows((from - top) * width, (to - top) * width).reshape(to - from, width, out.cols()));
        });
    }

    private Moments moments(String name, Rows rows, GroupNorm norm) {
        var sum = new Moments[1];
        eachBand(name, rows, (from, to) -> {
            var part = ops.moments(rows.make(ops, from, to), norm.groups());
            sum[0] = sum[0] == null ? part : sum[0].with(part);
        });
        return sum[0];
    }

    /** The rows in memory where they fit. */
    private Rows kept(String name, Rows rows) {
        return rows.bytes() > kept ? rows : stored(name, rows);
    }

    /** The rows in memory. */
    private Rows.Stored stored(String name, Rows rows) {
        if (rows instanceof Rows.Stored stored) {
            return stored;
        }
        var map = ops.empty(rows.height(), rows.width(), rows.channels());
        int width = rows.width();
        eachBand(name, rows, (from, to) -> ops.copy(map.rows(from * width, to * width), rows.make(ops, from, to)));
        release(rows);
        return new Rows.Stored(map);
    }

    /** Gives back the map that these rows were made from; nobody asks for it any more. */
    private void release(Rows rows) {
        switch (rows) {
            case Rows.Stored stored -> ops.workspace().release(stored.map());
            case Rows.Pixels _ -> {}
            case Rows.Convolved convolved -> release(convolved.in());
            case Rows.FirstHalf half -> release(half.in());
            case Rows.Resnet resnet -> release(resnet.in());
            case Rows.Upsampled upsampled -> release(upsampled.in());
            case Rows.Downsampled downsampled -> release(downsampled.in());
        }
    }

    private interface Band {
        void run(int from, int to);
    }

    private void eachBand(String name, Rows rows, Band band) {
        int height = (int) Math.max(LEAST_ROWS, bandFloats / rows.floatsOfARow());
        int bands = Math.ceilDiv(rows.height(), height);
        for (int i = 0; i < bands; i++) {
            int from = (int) ((long) rows.height() * i / bands);
            int to = (int) ((long) rows.height() * (i + 1) / bands);
            ops.unit(name + "." + from, () -> band.run(from, to));
        }
    }
}
