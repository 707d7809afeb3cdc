package uk.ac.manchester.tornado.api.enums;

/** What becomes of the profile of an execution. */
public enum ProfilerMode {
    /** Printed to standard output, and kept in the result. */
    CONSOLE,
    /** Kept in the result. */
    SILENT
}
