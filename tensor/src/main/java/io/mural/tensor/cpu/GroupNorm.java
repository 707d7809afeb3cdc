package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Activation;
import io.mural.tensor.Moments;
import io.mural.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Group norm of pictures. Mean and variance stay exact however many pixels there are: a few rows of pixels at a time
 * give sums of deviations from their own mean in float32, and these are merged per channel in double (Chan, Golub and
 * LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979), tile by tile in the
 * order of the picture, whichever thread computed them.
 */
final class GroupNorm {
    /** Pixels whose deviations are summed in float32. */
    private static final int CHUNK = 64;
    /** Tiles of pixels with their own statistics. */
    private static final int TILES = 64;

    private final Threads threads;
    private final Scratch[] scratch;
    /** [tiles, channels] of means, then of sums of squared deviations. */
    private double[] statistics = {};

    private float[] factors = {};

    GroupNorm(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    Moments moments(Tensor x, int groups) {
        int channels = x.cols();
        int tileRows = (x.rows() + TILES - 1) / TILES;
        tileRows = (tileRows + CHUNK - 1) / CHUNK * CHUNK;
        int height = tileRows;
        int tiles = (x.rows() + height - 1) / height;
        int squares = tiles * channels;
        if (statistics.length < 2 * squares) {
            statistics = new double[2 * squares];
        }
        Arrays.fill(statistics, 0, 2 * squares, 0);
        threads.run(tiles, (tile, worker) -> {
            int row = tile * height;
            gather(x, row, Math.min(x.rows(), row + height), tile * channels, squares, scratch[worker]);
        });
        return merged(x, groups, height, tiles);
    }

    void run(Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        fold(x.cols(), moments, weight, bias, eps);
        apply(out, x, f);
    }

    // --- statistics -------------------------------------------------------------------------------------------------

    private void gather(Tensor x, int from, int to, int means, int squares, Scratch memory) {
        int channels = x.cols();
        var values = memory.rows(CHUNK * channels);
        var sums = memory.more(3 * channels);
        for (int row = from; row < to; row += CHUNK) {
            int rows = Math.min(CHUNK, to - row);
            Blocks.read(x, row, rows, values, 0);
            Arrays.fill(sums, 0, 3 * channels, 0);
            addRows(values, rows, channels, sums);
            for (int c = 0; c < channels; c++) {
                sums[c] /= rows;
            }
            addDeviations(values, rows, channels, sums);
            for (int c = 0; c < channels; c++) {
                double deviation = sums[channels + c];
                double mean = sums[c] + deviation / rows;
                double square = sums[2 * channels + c] - deviation * deviation / rows;
                merge(means + c, squares + means + c, row - from, rows, mean, square);
            }
        }
    }

    /** Adds {@code count} values with the given mean and sum of squared deviations to the {@code before} ones at hand. */
    private void merge(int meanAt, int squareAt, double before, double count, double mean, double square) {
        double delta = mean - statistics[meanAt];
        statistics[meanAt] += delta * count / (before + count);
        statistics[squareAt] += square + delta * delta * before * count / (before + count);
    }

    private static void addRows(float[] x, int rows, int channels, float[] sums) {
        int bound = Lanes.down(channels);
        for (int row = 0, at = 0; row < rows; row++, at += channels) {
            for (int c = 0; c < bound; c += LANES) {
                FloatVector.fromArray(FLOAT, sums, c)
                        .add(FloatVector.fromArray(FLOAT, x, at + c))
                        .intoArray(sums, c);
            }
            for (int c = bound; c < channels; c++) {
                sums[c] += x[at + c];
            }
        }
    }

    /** With the means at 0: sums of deviations at {@code channels}, of their squares at {@code 2 channels}. */
    private static void addDeviations(float[] x, int rows, int channels, float[] sums) {
        int bound = Lanes.down(channels);
        for (int row = 0, at = 0; row < rows; row++, at += channels) {
            for (int c = 0; c < bound; c += LANES) {
                var deviation = FloatVector.fromArray(FLOAT, x, at + c).sub(FloatVector.fromArray(FLOAT, sums, c));
                FloatVector.fromArray(FLOAT, sums, channels + c).add(deviation).intoArray(sums, channels + c);
                deviation
                        .fma(deviation, FloatVector.fromArray(FLOAT, sums, 2 * channels + c))
                        .intoArray(sums, 2 * channels + c);
            }
            for (int c = bound; c < channels; c++) {
                float deviation = x[at + c] - sums[c];
                sums[channels + c] += deviation;
                sums[2 * channels + c] = Math.fma(deviation, deviation, sums[2 * channels + c]);
            }
        }
    }

    /** The tiles' statistics in the order of the picture. */
    private Moments merged(Tensor x, int groups, int height, int tiles) {
        int channels = x.cols();
        int size = channels / groups;
        var means = new double[groups];
        var squares = new double[groups];
        for (int group = 0; group < groups; group++) {
            double count = 0;
            double mean = 0;
            double square = 0;
            for (int tile = 0; tile < tiles; tile++) {
                double rows = Math.min(height, x.rows() - tile * height);
                for (int c = group * size; c < (group + 1) * size; c++) {
                    double delta = statistics[tile * channels + c] - mean;
                    square += statistics[(tiles + tile) * channels + c] + delta * delta * count * rows / (count + rows);
                    mean += delta * rows / (count + rows);
                    count += rows;
                }
            }
            means[group] = mean;
            squares[group] = square;
        }
        return new Moments((long) x.rows() * size, means, squares);
    }

    /** From statistics to four factors a channel: the mean, what float32 lost of it, gain and bias. */
    private void fold(int channels, Moments moments, Tensor weight, Tensor bias, float eps) {
        int size = channels / moments.groups();
        factors = Scratch.grown(factors, 4 * channels);
        for (int c = 0; c < channels; c++) {
            double mean = moments.means()[c / size];
            double factor = 1 / Math.sqrt(moments.squares()[c / size] / moments.count() + eps);
            factors[c] = (float) mean;
            factors[channels + c] = (float) (mean - (float) mean);
            factors[2 * channels + c] = (float) (factor * weight.get(0, c));
            factors[3 * channels + c] = bias.get(0, c);
        }
    }

    // --- result -----------------------------------------------------------------------------------------------------

    private void apply(Tensor out, Tensor x, Activation f) {
        int height = Blocks.taskRows(x);
        int rows = Blocks.rows(x);
        threads.run((x.rows() + height - 1) / height, (task, worker) -> {
            int end = Math.min(x.rows(), (task + 1) * height);
            var values = scratch[worker].rows(Lanes.up(rows * x.cols()));
            for (int row = task * height; row < end; row += rows) {
                int count = Math.min(rows, end - row);
                Blocks.read(x, row, count, values, 0);
                normalize(values, count, x.cols(), factors);
                Exp.apply(f, values, 0, count * x.cols());
                Blocks.write(out, row, count, values, 0);
            }
        });
    }

    private static void normalize(float[] x, int rows, int channels, float[] factors) {
        int bound = Lanes.down(channels);
        for (int row = 0, at = 0; row < rows; row++, at += channels) {
            for (int c = 0; c < bound; c += LANES) {
                FloatVector.fromArray(FLOAT, x, at + c)
                        .sub(FloatVector.fromArray(FLOAT, factors, c))
                        .sub(FloatVector.fromArray(FLOAT, factors, channels + c))
                        .fma(
                                FloatVector.fromArray(FLOAT, factors, 2 * channels + c),
                                FloatVector.fromArray(FLOAT, factors, 3 * channels + c))
                        .intoArray(x, at + c);
            }
            for (int c = bound; c < channels; c++) {
                float centred = x[at + c] - factors[c] - factors[channels + c];
                x[at + c] = Math.fma(centred, factors[2 * channels + c], factors[3 * channels + c]);
            }
        }
    }
}
