package io.mural.evaluate.measure;

import io.mural.tensor.InputException;

/**
 * Mean and covariance of rows of features, in float64 and in one pass: each block of rows is taken about its own mean,
 * and blocks are joined by Chan's formula, so nothing cancels however far the features are from zero.
 */
public final class FeatureMoments {
    private static final int BLOCK = 64;

    private final int features;
    private final double[] mean;
    /** Sums of products of deviations, the lower half of [features, features]. */
    private final double[] products;

    private long rows;

    public FeatureMoments(int features) {
        this.features = features;
        mean = new double[features];
        products = new double[Math.multiplyExact(features, features)];
    }

    /** Of all rows of {@code values}, [rows, features]. */
    public static FeatureMoments of(float[] values, int features) {
        var moments = new FeatureMoments(features);
        moments.add(values);
        return moments;
    }

    /** Adds rows, [n, features]. */
    public void add(float[] values) {
        int count = values.length / features;
        for (int from = 0; from < count; from += BLOCK) {
            addBlock(values, from, Math.min(count, from + BLOCK));
        }
    }

    private void addBlock(float[] values, int from, int to) {
        int count = to - from;
        var blockMean = new double[features];
        for (int row = from; row < to; row++) {
            for (int f = 0; f < features; f++) {
                blockMean[f] += values[row * features + f];
            }
        }
        for (int f = 0; f < features; f++) {
            blockMean[f] /= count;
        }
        var deviations = new double[count][features];
        for (int row = from; row < to; row++) {
            for (int f = 0; f < features; f++) {
                deviations[row - from][f] = values[row * features + f] - blockMean[f];
            }
        }
        double weight = (double) rows * count / (rows + count);
        for (int i = 0; i < features; i++) {
            addProducts(i, (blockMean[i] - mean[i]) * weight, blockMean, deviations);
        }
        for (int f = 0; f < features; f++) {
            mean[f] += (blockMean[f] - mean[f]) * count / (rows + count);
        }
        rows += count;
    }

    /** A row of the products, row after row of the block: the inner loop runs over neighbours and needs no order. */
    private void addProducts(int i, double shift, double[] blockMean, double[][] deviations) {
        int at = i * features;
        for (int j = 0; j <= i; j++) {
            products[at + j] += shift * (blockMean[j] - mean[j]);
        }
        for (var row : deviations) {
            double factor = row[i];
            for (int j = 0; j <= i; j++) {
                products[at + j] += factor * row[j];
            }
        }
    }

    /** How many rows were added. */
    public long rows() {
        return rows;
    }

    /** [features] */
    public double[] mean() {
        return mean.clone();
    }

    /** [features, features], over the number of rows less one. */
    public double[] covariance() {
        if (rows < 2) {
            throw new InputException(
                    "a covariance takes at least 2 pictures, but there is " + (rows == 1 ? "1" : "none"));
        }
        var covariance = new double[products.length];
        for (int i = 0; i < features; i++) {
            for (int j = 0; j <= i; j++) {
                covariance[i * features + j] = products[i * features + j] / (rows - 1);
                covariance[j * features + i] = covariance[i * features + j];
            }
        }
        return covariance;
    }
}
