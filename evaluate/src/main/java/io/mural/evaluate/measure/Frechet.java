package io.mural.evaluate.measure;

import io.mural.tensor.InputException;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The Frechet distance of two normal distributions (FID, arXiv 1706.08500): {@code |m1 - m2|^2 + tr S1 + tr S2 - 2 tr
 * (S1 S2)^(1/2)}, the covariances over n - 1.
 *
 * <p>The last trace is a sum of singular values. With S1 = A^T A / (n - 1) and S2 = B^T B / (m - 1) of centred features
 * they are those of A B^T, a matrix as large as the smaller set; of S2 alone, the square roots of the eigenvalues of
 * A S2 A^T; of both alone, those of S1^(1/2) S2 S1^(1/2). All are symmetric or singular value problems: the root of the
 * product itself need not be real in floating point.
 */
public final class Frechet {
    private Frechet() {}

    /** One side of the comparison. */
    public sealed interface Side {
        int features();

        double[] mean();

        double trace();
    }

    /**
     * Features themselves.
     *
     * @param values [rows, features]
     */
    public record Rows(float[] values, int features, double[] mean, double trace) implements Side {
        public static Rows of(float[] values, int features) {
            int rows = values.length / features;
            if (rows < 2) {
                throw new InputException("FID takes at least 2 pictures on each side, but there is "
                        + (rows == 1 ? "1" : "none") + " on one");
            }
            var mean = new double[features];
            for (int i = 0; i < values.length; i++) {
                mean[i % features] += values[i];
            }
            for (int f = 0; f < features; f++) {
                mean[f] /= rows;
            }
            double squares = 0;
            for (int i = 0; i < values.length; i++) {
                double deviation = values[i] - mean[i % features];
                squares += deviation * deviation;
            }
            return new Rows(values, features, mean, squares / (rows - 1));
        }

        int rows() {
            return values.length / features;
        }

        /** Deviations from the mean over sqrt(n - 1), [rows, features]. */
        DMatrixRMaj centred() {
            double scale = 1 / Math.sqrt(rows() - 1.0);
            var centred = new DMatrixRMaj(rows(), features);
            for (int i = 0; i < values.length; i++) {
                centred.data[i] = (values[i] - mean[i % features]) * scale;
            }
            return centred;
        }

        Stored stored() {
            var moments = FeatureMoments.of(values, features);
            return new Stored(moments.mean(), moments.covariance());
        }
    }

    /**
     * What is kept of features when they themselves are not.
     *
     * @param mean [features]
     * @param covariance [features, features]
     */
    public record Stored(double[] mean, double[] covariance) implements Side {
        public Stored {
            if (covariance.length != Math.multiplyExact(mean.length, mean.length)) {
                throw new InputException("statistics of " + mean.length + " features need a covariance of as many rows"
                        + " and columns, but there are " + covariance.length + " values");
            }
        }

        @Override
        public int features() {
            return mean.length;
        }

        @Override
        public double trace() {
            double trace = 0;
            for (int f = 0; f < mean.length; f++) {
                trace += covariance[f * mean.length + f];
            }
            return trace;
        }

        DMatrixRMaj matrix() {
            return DMatrixRMaj.wrap(mean.length, mean.length, covariance.clone());
        }
    }

    /**
     * @param distance never negative but for rounding, which {@link #distance} cuts off
     * @param terms sum of its positive terms: what its rounding is to be measured by
     */
    public record Distance(double distance, double terms) {}

    /** The distance of two sides with as many features. */
    public static Distance distance(Side a, Side b) {
        if (a.features() != b.features()) {
            throw new InputException("features of " + a.features() + " and of " + b.features()
                    + " numbers cannot be compared; both sides must come from the same network");
        }
        double means = 0;
        for (int f = 0; f < a.features(); f++) {
            double difference = a.mean()[f] - b.mean()[f];
            means += difference * difference;
        }
        double terms = means + a.trace() + b.trace();
        return new Distance(Math.max(0, terms - 2 * traceOfRoot(a, b)), terms);
    }

    private static double traceOfRoot(Side a, Side b) {
        return switch (a) {
            case Rows left ->
                switch (b) {
                    case Rows right -> ofRows(left, right);
                    case Stored right -> mixed(left, right);
                };
            case Stored left ->
                switch (b) {
                    case Rows right -> mixed(right, left);
                    case Stored right -> ofStored(left, right);
                };
        };
    }

    private static double ofRows(Rows a, Rows b) {
        int smaller = Math.min(a.rows(), b.rows());
        if (smaller >= a.features()) {
            return ofStored(a.stored(), b.stored());
        }
        var product = new DMatrixRMaj(a.rows(), b.rows());
        CommonOps_DDRM.multTransB(a.centred(), b.centred(), product);
        // The singular values of a wide or tall product are those of a square one of its smaller side.
        return sumOfSingularValues(a.rows() <= b.rows() ? product : CommonOps_DDRM.transpose(product, null), smaller);
    }

    /** Of a matrix with {@code smaller} rows: by QR of its transpose where it is wide, which loses no digits. */
    private static double sumOfSingularValues(DMatrixRMaj wide, int smaller) {
        return Arrays.stream(singularValues(wide, smaller)).sum();
    }

    private static double[] singularValues(DMatrixRMaj wide, int smaller) {
        var square = wide;
        if (wide.numCols > smaller) {
            var qr = DecompositionFactory_DDRM.qr(wide.numCols, smaller);
            if (!qr.decompose(CommonOps_DDRM.transpose(wide, null))) {
                return plainSingularValues(wide); // a column is all zeros, as with two rows or with equal pictures
            }
            square = qr.getR(null, true);
        }
        var svd = DecompositionFactory_DDRM.svd(square.numRows, square.numCols, false, false, true);
        return svd.decompose(square.copy())
                ? Arrays.copyOf(svd.getSingularValues(), svd.numberOfSingularValues())
                : plainSingularValues(square);
    }

    /** The slower way that takes every matrix of numbers. */
    private static double[] plainSingularValues(DMatrixRMaj matrix) {
        require(Arrays.stream(matrix.data).allMatch(Double::isFinite));
        var rows = new Array2DRowRealMatrix(matrix.numRows, matrix.numCols);
        for (int i = 0; i < matrix.numRows; i++) {
            for (int j = 0; j < matrix.numCols; j++) {
                rows.setEntry(i, j, matrix.get(i, j));
            }
        }
        return new SingularValueDecomposition(rows).getSingularValues();
    }

    private static double mixed(Rows a, Stored b) {
        if (a.rows() >= a.features()) {
            return ofStored(a.stored(), b);
        }
        var centred = a.centred();
        var half = new DMatrixRMaj(a.rows(), a.features());
        CommonOps_DDRM.mult(centred, b.matrix(), half);
        var small = new DMatrixRMaj(a.rows(), a.rows());
        CommonOps_DDRM.multTransB(half, centred, small);
        return sumOfRoots(small);
    }

    private static double ofStored(Stored a, Stored b) {
        int n = a.features();
        var eigen = eigen(a.matrix(), true);
        // Rows of R: the eigenvectors of S1 times the roots of their eigenvalues. R S2 R^T has the eigenvalues sought.
        var root = new DMatrixRMaj(n, n);
        for (int i = 0; i < n; i++) {
            double scale = Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
            var vector = eigen.getEigenVector(i);
            for (int j = 0; j < n; j++) {
                root.data[i * n + j] = vector == null ? 0 : scale * vector.get(j, 0);
            }
        }
        var half = new DMatrixRMaj(n, n);
        CommonOps_DDRM.mult(root, b.matrix(), half);
        var product = new DMatrixRMaj(n, n);
        CommonOps_DDRM.multTransB(half, root, product);
        return sumOfRoots(product);
    }

    /** Sum of the square roots of the eigenvalues of a matrix that is symmetric but for rounding. */
    private static double sumOfRoots(DMatrixRMaj matrix) {
        int n = matrix.numRows;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double mean = (matrix.get(i, j) + matrix.get(j, i)) / 2;
                matrix.set(i, j, mean);
                matrix.set(j, i, mean);
            }
        }
        var eigen = eigen(matrix, false);
        double sum = 0;
        for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
            sum += Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
        }
        return sum;
    }

    private static EigenDecomposition_F64<DMatrixRMaj> eigen(DMatrixRMaj symmetric, boolean vectors) {
        var eigen = DecompositionFactory_DDRM.eig(symmetric.numRows, vectors, true);
        require(eigen.decompose(symmetric));
        return eigen;
    }

    private static void require(boolean decomposed) {
        if (!decomposed) {
            throw new InputException("a decomposition for FID did not come to an end; are all features numbers?");
        }
    }
}
