package io.mural.cli.progress;

/**
 * What is about to be made, known before any work.
 *
 * @param model the model's name
 * @param pictures how many pictures
 * @param seed of the first picture
 * @param threads threads that compute
 * @param memoryBytes the most activations and pictures will take
 * @param weightBytes of the mapped files of weights
 * @param residentBytes of those, what stays in memory
 */
public record Announcement(
        String model,
        int pictures,
        int width,
        int height,
        int steps,
        long seed,
        String device,
        int threads,
        long memoryBytes,
        long weightBytes,
        long residentBytes) {}
