package io.mural.train.job;

import java.util.OptionalDouble;

/**
 * A step that was taken.
 *
 * @param number counted from 1
 * @param loss mean over its samples
 * @param norm of the gradient before it was clipped
 * @param learningRate with the schedule's factor
 * @param distance Prodigy's d
 * @param t mean noise level of its samples
 */
public record Step(
        long number,
        double loss,
        double norm,
        double learningRate,
        OptionalDouble distance,
        double t,
        double seconds) {}
