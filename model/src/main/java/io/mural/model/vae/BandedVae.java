package io.mural.model.vae;

import io.mural.tensor.Activation;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import java.util.function.Consumer;

/**
 * Decoding from top to bottom in bounded memory with the result of decoding at once: the coarsest level, with its
 * attention, is made whole; above it, a pass over the rows gathers the moments of every group norm before the norm is
 * applied. Maps between layers are kept where they fit and else made again in every pass.
 */
public final class BandedVae {
    /** Pixels of a band: the memory of a few maps of so many pixels is what a pass takes. */
    private static final int BAND_PIXELS = 1 << 18;
    /** So that the rows made twice, at the borders of bands, do not count. */
    private static final int LEAST_ROWS = 16;

    private final AutoencoderKL vae;
    private final long keptBytes;
    private final int bandPixels;
    private Ops ops;

    /** @param keptBytes the largest map between layers that is kept, beside the coarsest */
    public BandedVae(AutoencoderKL vae, long keptBytes) {
        this(vae, keptBytes, BAND_PIXELS);
    }

    /** @param bandPixels about so many pixels make a band */
    BandedVae(AutoencoderKL vae, long keptBytes, int bandPixels) {
        this.vae = vae;
        this.keptBytes = keptBytes;
        this.bandPixels = bandPixels;
    }

    /**
     * @param latent [height, width, latentChannels]
     * @param bands told the picture, bands [rows, 8 width, 3] from top to bottom, each valid while it is told
     */
    public void decode(Ops device, Tensor latent, Consumer<Tensor> bands) {
        ops = device;
        ops.unit("decoder", () -> {
            var decoder = vae.decoder();
            Rows rows = new Rows.Stored(vae.decodeMid(ops, latent));
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
            out(rows, bands);
        });
    }

    private Rows resnet(String name, Rows in, ResnetBlock block) {
        var moments1 = moments(name + ".norm1", in, block.norm1());
        var moments2 = moments(name + ".norm2", new Rows.FirstHalf(in, block, moments1), block.norm2());
        return kept(name, new Rows.Resnet(in, block, moments1, moments2));
    }

    /** The end of the picture: norm, activation, convolution to three channels. */
    private void out(Rows in, Consumer<Tensor> bands) {
        var decoder = vae.decoder();
        var moments = moments("conv_norm_out", in, decoder.convNormOut());
        eachBand("conv_out", in, (from, to) -> {
            int top = Math.max(0, from - 1);
            var x = in.make(ops, top, Math.min(in.height(), to + 1));
            var normed = decoder.convNormOut().forward(ops, x, moments, Activation.SILU);
            var picture = ops.conv2d(normed, decoder.convOut(), 1, Padding.SAME);
            int width = in.width();
            bands.accept(
                    picture.rows((from - top) * width, (to - top) * width).reshape(to - from, width, picture.cols()));
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
        if (rows.bytes() > keptBytes) {
            return rows;
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
            case Rows.FirstHalf half -> release(half.in());
            case Rows.Resnet resnet -> release(resnet.in());
            case Rows.Upsampled upsampled -> release(upsampled.in());
        }
    }

    private interface Band {
        void run(int from, int to);
    }

    private void eachBand(String name, Rows rows, Band band) {
        int height = Math.max(LEAST_ROWS, bandPixels / rows.width());
        int bands = Math.ceilDiv(rows.height(), height);
        for (int i = 0; i < bands; i++) {
            int from = (int) ((long) rows.height() * i / bands);
            int to = (int) ((long) rows.height() * (i + 1) / bands);
            ops.unit(name + "." + from, () -> band.run(from, to));
        }
    }
}
