package io.mural.model.pipeline;

import java.util.Optional;

/** Remembers how far a hierarchical picture is, so that a run can go on where another one stopped. */
public interface Journal {
    /** Remembers nothing. */
    Journal NONE = new Journal() {
        @Override
        public Optional<Position> start() {
            return Optional.empty();
        }

        @Override
        public void reached(Position position) {}
    };

    /**
     * A point between two steps. Nothing else is needed to go on: noise is drawn once a level, from the seed.
     *
     * @param level counted from 0, the first above the base
     * @param step the next step of the level; before step 0 there are no latents yet
     * @param guide packed tokens of the level before, in raster order
     * @param latents packed tokens of the level, in window order
     */
    record Position(int level, int step, float[] guide, float[] latents) {}

    /** Where to begin; empty for the beginning. */
    Optional<Position> start();

    void reached(Position position);
}
