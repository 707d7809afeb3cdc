package io.mural.model.vae.wan;

import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Wan 2.1's autoencoder between frames [height, width, 3] in [-1, 1] and latent frames, a quarter as many and one
 * (arXiv 2503.20314, section 4.1; diffusers' {@code AutoencoderKLWan}). A clip goes through it frame by frame: all it
 * does in time looks back two frames, so memory does not grow with the clip, and the result is that of doing it at once.
 * Decoding can also go band by band: a band of rows takes some rows around it, and then its result is that of the whole.
 */
public final class WanVae {
    private static final int RGB = 3;

    private final WanVaeConfig config;
    private final Weights weights;
    private Optional<WanEncoder> encoder = Optional.empty();
    private Optional<WanDecoder> decoder = Optional.empty();

    public WanVae(WanVaeConfig config, Weights weights) {
        this.config = config;
        this.weights = weights;
    }

    public WanVaeConfig config() {
        return config;
    }

    /** What decoding gives: rows of one frame. */
    public interface Rows {
        /**
         * @param frame its number
         * @param top number of the first of the rows
         * @param rows [rows, width, 3], valid until this returns; the model's values, which may leave [-1, 1]
         */
        void decoded(int frame, int top, Tensor rows);
    }

    /** What is encoded. */
    public interface Frames {
        /** The values of a frame [height, width, 3] in [-1, 1]. */
        float[] frame(int number);
    }

    /**
     * @param latents planes [zDim, frames, height, width], as the decoder takes them
     * @param bands into how many bands of rows a frame is cut; with one, frames come in order, with more, all frames of a
     *     band come before those of the next
     */
    public void decode(Ops ops, float[] latents, int frames, int height, int width, int bands, Rows sink) {
        var layers = decoder();
        ops.unit("decoder", () -> {
            if (bands == 1) {
                int[] number = {0};
                var all = new ArrayList<>(layers.coarse(ops, height, width));
                all.addAll(layers.fine(ops, height, width));
                var chain = new FrameChain(ops, all, frame -> sink.decoded(number[0]++, 0, frame));
                for (int i = 0; i < frames; i++) {
                    chain.push(latentFrame(ops, latents, i, frames, height, width));
                }
                return;
            }
            var coarse = new ArrayList<Tensor>();
            for (int i = 0; i < frames; i++) {
                coarse.add(ops.empty(height, width, layers.coarseChannels()));
            }
            ops.unit("coarse", () -> {
                int[] number = {0};
                var chain = new FrameChain(
                        ops, layers.coarse(ops, height, width), frame -> ops.copy(coarse.get(number[0]++), frame));
                for (int i = 0; i < frames; i++) {
                    chain.push(latentFrame(ops, latents, i, frames, height, width));
                }
            });
            for (int band = 0; band < bands; band++) {
                int from = (int) ((long) height * band / bands);
                int to = (int) ((long) height * (band + 1) / bands);
                ops.unit("band." + band, () -> band(ops, coarse, from, to, sink));
            }
        });
    }

    /** The latent rows {@code from} (inclusive) to {@code to} (exclusive) of all frames. */
    private void band(Ops ops, List<Tensor> coarse, int from, int to, Rows sink) {
        var layers = decoder();
        int height = coarse.getFirst().shape().dim(0);
        int width = coarse.getFirst().shape().dim(1);
        int top = Math.max(0, from - layers.reach());
        int bottom = Math.min(height, to + layers.reach());
        int scale = config.reduction();
        int[] number = {0};
        var chain = new FrameChain(ops, layers.fine(ops, bottom - top, width), frame -> {
            int line = scale * width;
            var rows = frame.rows((from - top) * scale * line, (to - top) * scale * line);
            sink.decoded(number[0]++, from * scale, rows.reshape((to - from) * scale, line, RGB));
        });
        for (var frame : coarse) {
            var cut = ops.empty(bottom - top, width, frame.cols());
            ops.copy(cut, frame.rows(top * width, bottom * width));
            chain.push(cut);
        }
    }

    /**
     * The means of the posterior, planes [zDim, latent frames, height / 8, width / 8].
     *
     * @param frames how many there are; those behind the last whole group of four are not read
     */
    public float[] encode(Ops ops, Frames source, int frames, int height, int width) {
        int scale = config.reduction();
        if (height % scale != 0 || width % scale != 0) {
            throw new InputException("frames of " + width + "x" + height
                    + " pixels cannot be encoded; both sides must be" + " multiples of " + scale);
        }
        int latentFrames = config.latentFrames(frames);
        var planes = new float[config.zDim() * latentFrames * (height / scale) * (width / scale)];
        ops.unit("encoder", () -> {
            int[] number = {0};
            var chain = new FrameChain(
                    ops,
                    encoder().layers(ops, height, width),
                    frame -> store(planes, number[0]++, latentFrames, ops.read(frame)));
            for (int i = 0; i < config.frames(latentFrames); i++) {
                chain.push(ops.tensor(source.frame(i), height, width, RGB));
            }
        });
        return planes;
    }

    /** The means of one latent frame; {@code moments} are [pixels, 2 zDim]. */
    private void store(float[] planes, int number, int frames, float[] moments) {
        int z = config.zDim();
        int area = planes.length / z / frames;
        for (int i = 0; i < moments.length / 2; i++) {
            planes[(i % z * frames + number) * area + i / z] = moments[i / z * 2 * z + i % z];
        }
    }

    private Tensor latentFrame(Ops ops, float[] planes, int number, int frames, int height, int width) {
        int z = config.zDim();
        int area = height * width;
        var values = new float[area * z];
        for (int i = 0; i < values.length; i++) {
            values[i] = planes[(i % z * frames + number) * area + i / z];
        }
        return ops.tensor(values, height, width, z);
    }

    private WanEncoder encoder() {
        if (encoder.isEmpty()) {
            encoder = Optional.of(new WanEncoder(config, weights));
        }
        return encoder.get();
    }

    private WanDecoder decoder() {
        if (decoder.isEmpty()) {
            decoder = Optional.of(new WanDecoder(config, weights));
        }
        return decoder.get();
    }
}
