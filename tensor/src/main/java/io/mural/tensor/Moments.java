package io.mural.tensor;

/**
 * Means and spreads of the groups of channels of a picture or of a part of it, in double precision.
 *
 * @param count values of a group
 * @param means of each group
 * @param squares sums of squared deviations from the mean, of each group
 */
public record Moments(long count, double[] means, double[] squares) {
    public Moments {
        if (means.length != squares.length) {
            throw new IllegalArgumentException(means.length + " means and " + squares.length + " spreads");
        }
    }

    public int groups() {
        return means.length;
    }

    /** Of this part and another together (Chan, Golub and LeVeque, 1979). */
    public Moments with(Moments other) {
        var mergedMeans = new double[groups()];
        var mergedSquares = new double[groups()];
        double total = (double) count + other.count;
        for (int g = 0; g < groups(); g++) {
            double delta = other.means[g] - means[g];
            mergedMeans[g] = means[g] + delta * other.count / total;
            mergedSquares[g] = squares[g] + other.squares[g] + delta * delta * count * (other.count / total);
        }
        return new Moments(count + other.count, mergedMeans, mergedSquares);
    }
}
