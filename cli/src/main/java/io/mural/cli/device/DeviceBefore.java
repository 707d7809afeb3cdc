package io.mural.cli.device;

import java.util.Optional;

/** A command that may make a picture again, and then on the device it was made on. */
public interface DeviceBefore {
    /** That device, if the command line names a picture that knows. */
    Optional<String> deviceBefore();
}
