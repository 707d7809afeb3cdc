package io.mural.model.hierarchical;

/** Whether the guide's keys and values are kept between steps or computed in every step; the picture is the same. */
public enum GuideMemory {
    KEEP,
    RECOMPUTE
}
