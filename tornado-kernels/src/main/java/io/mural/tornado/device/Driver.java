package io.mural.tornado.device;

/**
 * How a device executes.
 *
 * @param device its name for messages, such as {@code tornado:cuda:0}
 * @param waits whether an execution ends only when the device is done
 * @param captures whether the driver replays graphs by itself, as CUDA does; grids are then fixed in a graph
 */
public record Driver(String device, boolean waits, boolean captures) {}
