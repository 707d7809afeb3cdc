package io.mural.model.sampling;

import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * UniPC of order 2 with B2(h) = e^h - 1 and predictions of the clean sample (arXiv 2302.04867; diffusers'
 * {@code UniPCMultistepScheduler}): each step first corrects the sample it was given by what the model says of it, then
 * predicts the next.
 */
public final class UniPcSolver implements FlowSolver {
    private static final int ORDER = 2;

    private final FlowSigmas sigmas;
    /** Predictions of the clean sample at the step before and at the one before that. */
    private float[] previous = {};

    private float[] beforePrevious = {};
    /** The corrected sample from which the last prediction was made. */
    private float[] from = {};

    UniPcSolver(FlowSigmas sigmas) {
        this.sigmas = sigmas;
    }

    @Override
    public float[] step(int index, float[] sample, float[] velocity) {
        float sigma = sigmas.sigma(index);
        var clean = new float[sample.length];
        for (int i = 0; i < clean.length; i++) {
            clean[i] = sample[i] - sigma * velocity[i];
        }
        var corrected = index == 0 ? sample : corrected(index, clean);
        var next = predicted(index, corrected, clean);
        beforePrevious = previous;
        previous = clean;
        from = corrected;
        return next;
    }

    /** The order of the prediction at a step: as many steps as have been made allow, and 1 at the last. */
    private int order(int index) {
        return Math.min(Math.min(ORDER, sigmas.steps() - index), index + 1);
    }

    /** The logarithm of the ratio of signal to noise. */
    private double lambda(int index) {
        double sigma = sigmas.sigma(index);
        return Math.log(1 - sigma) - Math.log(sigma);
    }

    private float[] corrected(int index, float[] clean) {
        double h = lambda(index) - lambda(index - 1);
        double phi = Math.expm1(-h);
        double ratio = (double) sigmas.sigma(index) / sigmas.sigma(index - 1);
        double alpha = 1 - (double) sigmas.sigma(index);
        double weightOld = 0;
        double weightNew = 0.5;
        if (order(index - 1) == ORDER) {
            double r = (lambda(index - 2) - lambda(index - 1)) / h;
            double g1 = phi / -h - 1;
            double g2 = g1 / -h - 0.5;
            double b1 = g1 / phi;
            double b2 = 2 * g2 / phi;
            double p = (b1 - b2) / (1 - r);
            weightOld = p / r;
            weightNew = b1 - p;
        }
        var out = new float[clean.length];
        for (int i = 0; i < out.length; i++) {
            double base = ratio * from[i] - alpha * phi * previous[i];
            double change = weightNew * ((double) clean[i] - previous[i]);
            if (weightOld != 0) {
                change += weightOld * ((double) beforePrevious[i] - previous[i]);
            }
            out[i] = (float) (base - alpha * phi * change);
        }
        return out;
    }

    private float[] predicted(int index, float[] sample, float[] clean) {
        if (sigmas.sigma(index + 1) == 0) {
            return clean.clone();
        }
        double h = lambda(index + 1) - lambda(index);
        double phi = Math.expm1(-h);
        double ratio = (double) sigmas.sigma(index + 1) / sigmas.sigma(index);
        double alpha = 1 - (double) sigmas.sigma(index + 1);
        double weight = order(index) == ORDER ? 0.5 / ((lambda(index - 1) - lambda(index)) / h) : 0;
        var out = new float[sample.length];
        for (int i = 0; i < out.length; i++) {
            double value = ratio * sample[i] - alpha * phi * clean[i];
            if (weight != 0) {
                value -= alpha * phi * weight * ((double) previous[i] - clean[i]);
            }
            out[i] = (float) value;
        }
        return out;
    }

    /** The last clean predictions and the sample, each present from the first step on. */
    @Override
    public List<float[]> memory() {
        var memory = new ArrayList<float[]>();
        for (var values : List.of(previous, beforePrevious, from)) {
            if (values.length > 0) {
                memory.add(values.clone());
            }
        }
        return memory;
    }

    @Override
    public void resume(int index, List<float[]> memory) {
        int expected = index == 0 ? 0 : index == 1 ? 2 : 3;
        if (memory.size() != expected) {
            throw new InputException("the checkpoint is damaged (before step " + index + " UniPC remembers " + expected
                    + " arrays, it holds " + memory.size() + "): do not resume, to begin anew");
        }
        previous = index > 0 ? memory.getFirst().clone() : new float[0];
        beforePrevious = index > 1 ? memory.get(1).clone() : new float[0];
        from = index > 0 ? memory.getLast().clone() : new float[0];
    }
}
