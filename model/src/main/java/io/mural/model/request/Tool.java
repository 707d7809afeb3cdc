package io.mural.model.request;

/** What a model was trained to see beside noise and text. */
public enum Tool {
    /** Nothing that it needs. */
    NONE,
    /** A picture with a hole, and its mask: FLUX.1 Fill. */
    FILL,
    /** A picture of edges or depths: FLUX.1 Canny and Depth. */
    CONTROL
}
