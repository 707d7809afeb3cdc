package io.mural.tensor;

import java.util.Optional;

/**
 * A square two-dimensional convolution.
 *
 * @param weight [out, in x kernel x kernel], the file's [out, in, kernel, kernel] seen as a matrix
 * @param bias [out], where the convolution has one
 * @param in channels of the input
 * @param kernel side of the kernel, in pixels
 */
public record Conv(Matrix weight, Optional<Tensor> bias, int in, int kernel) {
    public Conv {
        if (weight.cols() != in * kernel * kernel) {
            throw new InputException(weight.name() + " is [" + weight.rows() + ", " + weight.cols() + "]; expected "
                    + in * kernel * kernel + " columns for " + in + " channels and a kernel of " + kernel);
        }
        if (bias.isPresent() && bias.get().shape().size() != weight.rows()) {
            throw new InputException("the bias beside " + weight.name() + " is "
                    + bias.get().shape() + " but the weight is [" + weight.rows() + ", " + weight.cols() + "]");
        }
    }

    public int out() {
        return weight.rows();
    }
}
