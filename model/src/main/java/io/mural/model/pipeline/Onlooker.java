package io.mural.model.pipeline;

import io.mural.model.image.RgbImage;
import java.util.function.Supplier;

/** Is shown pictures on the way to the finished one. A picture is made only if its supplier is asked for it. */
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
     * @param level counted from 1; 0 is the base, or a picture without levels
     * @param preview a small picture of what is expected
     */
    void step(int level, int step, Supplier<RgbImage> preview);
}
