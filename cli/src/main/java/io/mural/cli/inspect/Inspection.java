package io.mural.cli.inspect;

import java.util.List;
import java.util.Map;

/** What was found at a path. */
interface Inspection {
    /** For people; the first line says what it is. */
    List<String> lines();

    /** The same for programs; docs/cli.md lists the keys. */
    Map<String, Object> json();
}
