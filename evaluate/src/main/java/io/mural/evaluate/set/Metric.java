package io.mural.evaluate.set;

import java.util.Locale;

/** A figure that can be asked for. */
public enum Metric {
    FID,
    PATCH_FID,
    KID,
    IS,
    PATCH_IS,
    PRECISION_RECALL,
    CLIP,
    CLIP_IQA;

    /** The name as on the command line, such as {@code patch-fid}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean ofWholePictures() {
        return this == FID || this == KID || this == IS || this == PRECISION_RECALL;
    }

    boolean ofPatches() {
        return this == PATCH_FID || this == PATCH_IS;
    }

    /** Whether it compares with a reference set. */
    public boolean needsReference() {
        return this == FID || this == PATCH_FID || this == KID || this == PRECISION_RECALL;
    }
}
