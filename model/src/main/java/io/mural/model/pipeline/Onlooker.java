package io.mural.model.pipeline;

import io.mural.model.image.RgbImage;
import java.util.function.Supplier;

/** Shown pictures on the way to a hierarchical one; what is not looked at is not made. */
public interface Onlooker {
    /** Looks at nothing. */
    Onlooker NONE = new Onlooker() {
        @Override
        public void finished(int level, Supplier<RgbImage> picture) {}

        @Override
        public void step(int level, int step, Supplier<RgbImage> preview) {}
    };

    /** The base (level 0) or a level other than the last is finished. */
    void finished(int level, Supplier<RgbImage> picture);

    /**
     * A step of a level is over.
     *
     * @param level counted from 1
     * @param preview a small picture of what is expected
     */
    void step(int level, int step, Supplier<RgbImage> preview);
}
