package io.mural.tensor;

/** Element-wise functions that follow a linear layer or a norm. */
public enum Activation {
    NONE,
    /** x sigmoid(x) */
    SILU,
    /** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
    GELU_TANH,
    /** x sigmoid(1.702 x), of CLIP */
    QUICK_GELU,
    /** max(x, 0) */
    RELU
}
