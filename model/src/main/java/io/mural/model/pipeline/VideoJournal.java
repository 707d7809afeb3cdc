package io.mural.model.pipeline;

import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;

/** Remembers how far a clip is, so that a run can go on where another one stopped. */
public interface VideoJournal {
    /** Remembers nothing. */
    VideoJournal NONE = new VideoJournal() {
        @Override
        public Optional<Position> start() {
            return Optional.empty();
        }

        @Override
        public void reached(Position position) {}
    };

    /**
     * A point between two steps.
     *
     * @param step the next step; the number of steps when all are made
     * @param latents planes [channels, frames, height, width]
     * @param memory what the solver remembers, arrays as long as the latents
     */
    record Position(int step, float[] latents, List<float[]> memory) {}

    /** Where to begin; empty for the beginning. */
    Optional<Position> start();

    /** As the other, refusing a position behind the last of {@code steps} steps. */
    default Optional<Position> start(int steps) {
        return start().map(position -> {
            if (position.step() > steps) {
                throw new InputException("the position to go on from does not fit the clip: begin anew");
            }
            return position;
        });
    }

    void reached(Position position);
}
