package uk.ac.manchester.tornado.api.enums;

/** When an array named in a transfer of a task graph moves. */
public class DataTransferMode {
    /** To the device before the first execution of the graph, and never again. */
    public static final int FIRST_EXECUTION = 0;
    /** Before, or after, every execution of the graph. */
    public static final int EVERY_EXECUTION = 1;
    /** Not by itself: the array has room on the device, and its owner asks for its contents. */
    public static final int UNDER_DEMAND = 2;
}
