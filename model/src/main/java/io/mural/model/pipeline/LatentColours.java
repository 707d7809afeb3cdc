package io.mural.model.pipeline;

import io.mural.model.image.RgbImage;
import io.mural.model.vae.LatentCodec;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.Ops;

/**
 * What an autoencoder would decode, very roughly: the colour of a latent is a linear map of its channels. Free beside a
 * step, where decoding is not.
 *
 * @param weights [channels + 1, 3]: a row a channel, the last the colour of no latent; colours are in [-1, 1]
 */
record LatentColours(LatentCodec codec, double[][] weights) {
    private static final int RGB = 3;
    /** Pixels of the chart that the map is fitted to: patches of many colours, and ramps between them. */
    private static final int CHART = 128;

    private static final int PATCH = 16;
    /** What the chart does not tell about a channel stays out of the colour. */
    private static final double RIDGE = 1e-3;

    /** Fits the map by least squares to a chart of colours, which is encoded. */
    static LatentColours fit(Ops ops, LatentCodec codec) {
        var chart = chart();
        int tokens = CHART / codec.tokenPixels();
        var latents = codec.latents(codec.encode(ops, chart, VaeWay.of(VaeExtent.WHOLE)), tokens, tokens);
        int channels = codec.channels();
        int cell = codec.latentPixels();
        int side = CHART / cell;
        var normal = new double[channels + 1][channels + 1];
        var right = new double[channels + 1][RGB];
        var x = new double[channels + 1];
        for (int i = 0; i < side * side; i++) {
            for (int c = 0; c < channels; c++) {
                x[c] = latents[i * channels + c];
            }
            x[channels] = 1;
            var colour = mean(chart, i % side * cell, i / side * cell, cell);
            for (int a = 0; a <= channels; a++) {
                for (int b = 0; b <= channels; b++) {
                    normal[a][b] += x[a] * x[b];
                }
                for (int k = 0; k < RGB; k++) {
                    right[a][k] += x[a] * colour[k];
                }
            }
        }
        for (int c = 0; c < channels; c++) {
            normal[c][c] += RIDGE * side * side;
        }
        solve(normal, right);
        return new LatentColours(codec, right);
    }

    /** Every patch has a colour of its own; the lower half fades from each to the next. */
    private static RgbImage chart() {
        var rgb = new byte[CHART * CHART * RGB];
        int columns = CHART / PATCH;
        for (int y = 0; y < CHART; y++) {
            for (int x = 0; x < CHART; x++) {
                int patch = y / PATCH * columns + x / PATCH;
                double fade = y < CHART / 2 ? 0 : (double) (x % PATCH) / PATCH;
                for (int k = 0; k < RGB; k++) {
                    double value = (1 - fade) * colour(patch, k) + fade * colour(patch + 1, k);
                    rgb[(y * CHART + x) * RGB + k] = (byte) (int) Math.rint(value);
                }
            }
        }
        return new RgbImage(CHART, CHART, rgb);
    }

    /** Four levels of each of red, green and blue: 64 colours, neighbours far apart. */
    private static int colour(int patch, int k) {
        int mixed = patch * 29 % 64;
        return (mixed >> 2 * k & 3) * 85;
    }

    private static double[] mean(RgbImage picture, int left, int top, int side) {
        var sums = new double[RGB];
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                for (int k = 0; k < RGB; k++) {
                    sums[k] += (picture.rgb()[(y * picture.width() + x) * RGB + k] & 0xff) / 127.5 - 1;
                }
            }
        }
        for (int k = 0; k < RGB; k++) {
            sums[k] /= side * side;
        }
        return sums;
    }

    /** Solves {@code a x = b} for a positive definite {@code a}; {@code x} takes the place of {@code b}. */
    private static void solve(double[][] a, double[][] b) {
        int n = a.length;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                double factor = a[j][i] / a[i][i];
                for (int k = i; k < n; k++) {
                    a[j][k] -= factor * a[i][k];
                }
                for (int k = 0; k < RGB; k++) {
                    b[j][k] -= factor * b[i][k];
                }
            }
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = 0; k < RGB; k++) {
                for (int j = i + 1; j < n; j++) {
                    b[i][k] -= a[i][j] * b[j][k];
                }
                b[i][k] /= a[i][i];
            }
        }
    }

    /**
     * The colours of latents, a pixel each.
     *
     * @param tokens packed tokens [gridHeight x gridWidth, channels x 4]
     */
    RgbImage picture(float[] tokens, int gridHeight, int gridWidth) {
        int channels = codec.channels();
        int height = codec.tokenSide() * gridHeight;
        int width = codec.tokenSide() * gridWidth;
        var latents = codec.latents(tokens, gridHeight, gridWidth);
        var values = new float[height * width * RGB];
        for (int i = 0; i < height * width; i++) {
            for (int k = 0; k < RGB; k++) {
                double value = weights[channels][k];
                for (int c = 0; c < channels; c++) {
                    value += weights[c][k] * latents[i * channels + c];
                }
                values[i * RGB + k] = (float) value;
            }
        }
        return RgbImage.of(values, width, height);
    }
}
