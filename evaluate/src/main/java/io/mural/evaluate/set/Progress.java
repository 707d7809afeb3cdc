package io.mural.evaluate.set;

/** Receives the progress of an evaluation. */
public interface Progress {
    Progress NONE = new Progress() {
        @Override
        public void pictures(String what, int done, int all, int computed, double seconds) {}

        @Override
        public void note(String line) {}
    };

    /**
     * A picture is done.
     *
     * @param what the set it belongs to
     * @param computed how many were looked at in this run; the others were kept from before
     * @param seconds since the set began
     */
    void pictures(String what, int done, int all, int computed, double seconds);

    /** Something to know that is not a figure, one line. */
    void note(String line);
}
