package io.mural.batch;

import java.io.IOException;
import java.nio.file.Path;

/** Where finished pictures are kept under their identities. A picture is there whole, or not at all. */
public interface Store {
    /** Whether a picture is there. */
    boolean has(String identity) throws IOException;

    /**
     * Where a picture is made: a file on this machine.
     *
     * @param levels whether it leaves a checkpoint, which should be found again
     */
    Path workplace(String identity, boolean levels) throws IOException;

    /** Gives a finished picture its name; another attempt that made it at the same time wrote the same bytes. */
    void publish(Path made, String identity) throws IOException;

    /** A picture that is there as a file on this machine, to be read. */
    Path local(String identity) throws IOException;

    /** As it stands in the table: seen from the folder of results. */
    String relative(String identity);
}
