package io.mural.model.pipeline;

import io.mural.tensor.InputException;
import java.util.Optional;
import java.util.function.Predicate;

/** Remembers how far a hierarchical picture is, so that a run can go on where another one stopped. */
public interface Journal {
    /** Remembers nothing. */
    Journal NONE = beginning(Optional.empty());

    /** Begins at a position, and remembers nothing. */
    static Journal from(Position position) {
        return beginning(Optional.of(position));
    }

    private static Journal beginning(Optional<Position> start) {
        return new Journal() {
            @Override
            public Optional<Position> start() {
                return start;
            }

            @Override
            public void reached(Position position) {}
        };
    }

    /**
     * A point between two steps. Nothing else is needed to go on: noise is drawn once a level, from the seed.
     *
     * @param level counted from 0, the base
     * @param step the next step of the level; before step 0 there are no latents yet
     * @param guide packed tokens of the level before, in raster order; of the base none
     * @param latents packed tokens of the level, in window order; of the base in raster order
     */
    record Position(int level, int step, float[] guide, float[] latents) {
        /** Before the first step of the base. */
        static final Position BEGINNING = new Position(0, 0, new float[0], new float[0]);
    }

    /** Where to begin; empty for the beginning. */
    Optional<Position> start();

    /** Where to begin, as {@link #start()}; a position that does not fit the picture is refused. */
    default Optional<Position> start(Predicate<Position> fits) {
        return start().map(position -> {
            if (!fits.test(position)) {
                throw new InputException("the position to go on from does not fit the picture: begin anew");
            }
            return position;
        });
    }

    void reached(Position position);
}
