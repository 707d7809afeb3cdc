package io.mural.emulator;

/** Which elements of an array on the device have a value: those that were transferred or written by a kernel. */
public final class Presence {
    private boolean[] present; // null once all are
    private boolean written;

    Presence(int size) {
        present = new boolean[size];
    }

    /** Fails if the element has no value. */
    public void reading(int index) {
        boolean[] present = this.present;
        if (present != null && !present[index]) {
            throw new IllegalStateException(
                    "index %d was read before anything was transferred or written there".formatted(index));
        }
    }

    public void writing(int index) {
        if (!written) { // a store by every thread would have the processors fight over the line
            written = true;
        }
        boolean[] present = this.present;
        if (present != null) {
            present[index] = true;
        }
    }

    /** Called when the whole array was transferred to the device. */
    void transferred() {
        present = null;
    }

    /** Whether a kernel has written to the array since the last call. */
    boolean takeWritten() {
        boolean was = written;
        written = false;
        return was;
    }
}
