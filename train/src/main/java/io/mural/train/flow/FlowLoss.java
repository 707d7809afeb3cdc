package io.mural.train.flow;

/**
 * The loss of flow matching (arXiv 2210.02747): the mean square of a predicted velocity minus {@code noise - clean}. All
 * arrays are tokens in one order.
 *
 * @param value of one sample
 * @param gradient of the predicted velocity
 */
public record FlowLoss(double value, float[] gradient) {
    /**
     * @param velocity as predicted
     * @param weight what the sample counts
     * @param share by what the gradient is divided: the samples of a step
     */
    public static FlowLoss of(float[] velocity, float[] clean, float[] noise, double weight, int share) {
        var gradient = new float[velocity.length];
        double squares = 0;
        double factor = 2 * weight / ((double) velocity.length * share);
        for (int i = 0; i < velocity.length; i++) {
            double difference = velocity[i] - ((double) noise[i] - clean[i]);
            squares += difference * difference;
            gradient[i] = (float) (factor * difference);
        }
        return new FlowLoss(weight * squares / velocity.length, gradient);
    }

    /**
     * The loss where tokens count by a mask.
     *
     * @param mask for each token, from 0 to 1
     */
    public static FlowLoss masked(
            float[] velocity, float[] clean, float[] noise, double weight, int share, float[] mask) {
        int features = velocity.length / mask.length;
        double total = 0;
        for (float value : mask) {
            total += value;
        }
        var gradient = new float[velocity.length];
        double squares = 0;
        double count = Math.max(total * features, Double.MIN_NORMAL);
        for (int i = 0; i < velocity.length; i++) {
            double difference = velocity[i] - ((double) noise[i] - clean[i]);
            double counts = mask[i / features] * weight / count;
            squares += counts * difference * difference;
            gradient[i] = (float) (2 * counts / share * difference);
        }
        return new FlowLoss(squares, gradient);
    }
}
