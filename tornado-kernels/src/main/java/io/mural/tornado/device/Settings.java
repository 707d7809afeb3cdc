package io.mural.tornado.device;

import java.util.Set;

/**
 * How a device is used.
 *
 * @param driver how it executes
 * @param storage format of weights on the device
 * @param weightBytes what weights may take there to stay
 * @param profiled whether traffic is counted
 * @param library for products
 * @param told notices that were given and are not given again; grows, and outlives the device's operations
 */
public record Settings(
        Driver driver,
        Storage storage,
        long weightBytes,
        boolean profiled,
        LibraryUse library,
        AttentionUse attention,
        Set<String> told) {}
