package io.mural.tornado.device;

/**
 * How a device is used.
 *
 * @param storage format of weights on the device
 * @param weightBytes what weights may take there to stay
 * @param profiled whether traffic is counted
 * @param library for products
 */
public record Settings(
        Storage storage, long weightBytes, boolean profiled, LibraryUse library, AttentionUse attention) {}
