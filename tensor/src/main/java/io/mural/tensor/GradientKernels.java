package io.mural.tensor;

import java.util.Optional;

/**
 * The backward half of {@link Ops}: what the gradient of an operation's result gives the gradients of its inputs. In
 * every formula g is the gradient of the result. Gradients are float32 views like the tensors they belong to; {@code
 * +=} means that a kernel adds to what is there, because an input may have been read several times. Sums over rows are
 * taken in double.
 */
public interface GradientKernels {
    /** Sets all elements to zero. */
    void zero(Tensor x);

    /** {@code x *= factor} */
    void scale(Tensor x, float factor);

    // --- linear layers ----------------------------------------------------------------------------------------------

    /** {@code dx += g weight}: [rows, out] times [out, in]. */
    void product(Tensor dx, Tensor g, Matrix weight);

    /** {@code dWeight += g^T x}: [out, in] of [rows, out] and [rows, in]. */
    void outer(Tensor dWeight, Tensor g, Tensor x);

    /** {@code row += sum of the rows of g} */
    void sumRows(Tensor row, Tensor g);

    /** {@code g = g o f'(a)}, in place; {@code a} is what the activation was applied to. */
    void activation(Tensor g, Tensor a, Activation f);

    /** {@code dTable[ids[i]] += g[i]}; repeated ids add up. */
    void embedding(Tensor dTable, int[] ids, Tensor g);

    // --- element by element -----------------------------------------------------------------------------------------

    /** Of weighted sums of rows: {@code dx[input] += weight g[output]} for every part of the mix. */
    void mixRows(Tensor dx, Tensor g, RowMix mix);

    /** {@code sum += x o y}, element by element; where {@code sum} is a single row, summed over all rows. */
    void addProduct(Tensor sum, Tensor x, Tensor y);

    // --- norms ------------------------------------------------------------------------------------------------------

    /**
     * Of {@code y = xh o (gainOffset + gain) + shift}, with xh the normed row: {@code dx += r (h - mean(h) - xh mean(h o
     * xh))}, h = g o (gainOffset + gain), r = 1 / sqrt(variance + eps); {@code dGain += sum g o xh}.
     */
    void layerNorm(
            Optional<Tensor> dx, Optional<Tensor> dGain, Tensor g, Tensor x, Tensor gain, float gainOffset, float eps);

    /** Of {@code y = x r o weight}: {@code dx += r (h - xh mean(h o xh))}, h = g o weight; {@code dWeight += sum g o xh}. */
    void rmsNorm(Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Tensor weight, float eps);

    /**
     * Of a normed and rotated head: the rotation back, then the norm's. {@code g} becomes the gradient of {@code x}, in
     * place, as the operation itself was.
     *
     * @param x before the operation
     */
    void normRope(Tensor g, Optional<Tensor> dWeight, Tensor x, Tensor weight, float eps, Rope rope);

    /** Of a rotation alone: the rotation back. {@code g} becomes the gradient of what was rotated, in place. */
    void rope(Tensor g, Rope rope);

    // --- attention --------------------------------------------------------------------------------------------------

    /** {@code out[head, i] = log(sum over j of exp(score_ij))} of the scaled scores; [heads, queries]. */
    void logSumExp(Tensor out, AttentionCall of);

    /**
     * Attention's gradients without a matrix of scores (arXiv 2205.14135): P = exp(score - logSumExp), dV += P^T g, dS =
     * P o (g V^T - rowsum(g o out)), dQ += scale dS K, dK += scale dS^T Q, {@code dBias[head, j - i + queries - 1] += dS}.
     *
     * @param logSumExp as {@link #logSumExp}
     * @param of with its result
     */
    void attention(AttentionGradients into, Tensor g, Tensor logSumExp, AttentionCall of);

    /** Where the gradients of an attention go; what is absent is not wanted. */
    record AttentionGradients(Optional<Tensor> q, Optional<Tensor> k, Optional<Tensor> v, Optional<Tensor> bias) {}

    // --- pictures ---------------------------------------------------------------------------------------------------

    /**
     * Of {@code y = f(xh o weight + bias)} with given mean and variance of each group; {@code g} is changed to the
     * gradient before f. {@code dx += r h}; {@code dMean[group] -= r sum h}, {@code dVariance[group] -= r^2 / 2 sum h o
     * xh}; {@code dWeight += sum g o xh}, {@code dBias += sum g}.
     */
    void groupNorm(GroupNormGradients into, Tensor g, Tensor x, Moments moments, GroupNormOperands of);

    /**
     * @param weight [channels]
     * @param bias [channels]
     */
    record GroupNormOperands(Tensor weight, Tensor bias, float eps, Activation f) {}

    /** Where the gradients of a group norm go; what is absent is not wanted. */
    record GroupNormGradients(
            Optional<Tensor> x, double[] means, double[] variances, Optional<Tensor> weight, Optional<Tensor> bias) {}

    /** Of mean and variance: {@code dx += dMean / n + 2 (x - mean) dVariance / n}, n the values of a group. */
    void moments(Tensor dx, Tensor x, Moments moments, double[] dMeans, double[] dVariances);

    /**
     * Of a convolution: dx the transposed convolution, {@code dWeight[o, c, ky, kx] += sum over pixels g[o] x[c]} at the
     * tap.
     */
    void conv2d(
            Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Conv conv, int stride, Padding padding);

    /** {@code dx += } the sum of the four pixels made of each. */
    void upsample2x(Tensor dx, Tensor g);
}
