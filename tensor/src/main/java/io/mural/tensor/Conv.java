package io.mural.tensor;

/**
 * A square two-dimensional convolution.
 *
 * @param weight [out, in x kernel x kernel], the file's [out, in, kernel, kernel] seen as a matrix
 * @param bias [out]
 * @param in channels of the input
 * @param kernel side of the kernel, in pixels
 */
public record Conv(Matrix weight, Tensor bias, int in, int kernel) {
    public Conv {
        if (weight.cols() != in * kernel * kernel || bias.shape().size() != weight.rows()) {
            throw new InputException(weight.name() + " is [" + weight.rows() + ", " + weight.cols() + "] with a bias "
                    + bias.shape() + "; expected " + in * kernel * kernel + " columns for " + in
                    + " channels and a kernel of " + kernel);
        }
    }

    public int out() {
        return weight.rows();
    }
}
