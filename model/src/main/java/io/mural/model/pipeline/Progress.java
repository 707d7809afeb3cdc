package io.mural.model.pipeline;

/** Hears how far a picture is. */
public interface Progress {
    /** Says nothing to anyone. */
    Progress NONE = new Progress() {
        @Override
        public void stage(Stage stage, int steps) {}

        @Override
        public void step(int done) {}

        @Override
        public void unit(String name) {}
    };

    /** The parts of making a picture, in order. */
    enum Stage {
        TEXT,
        ENCODE,
        DENOISE,
        DECODE
    }

    /**
     * A level of a hierarchical picture begins; its stages follow.
     *
     * @param number counted from 1; the base is the first
     * @param windows windows of tokens it is made of, 1 for the base
     */
    default void level(int number, int levels, int width, int height, int windows) {}

    /** A stage of {@code steps} steps begins. */
    void stage(Stage stage, int steps);

    /** {@code done} steps of the stage are over. */
    void step(int done);

    /** What the device decided by itself and a user wants to know; one line. */
    default void note(String line) {}

    /** A unit of the model begins: a transformer block, a level of the autoencoder. */
    void unit(String name);
}
