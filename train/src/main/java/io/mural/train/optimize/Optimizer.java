package io.mural.train.optimize;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What turns gradients into changes of weights. Its state is all that a run must keep to go on as if never stopped. */
public interface Optimizer {
    /**
     * One step.
     *
     * @param parameters the same ones in the same order every time
     * @param factor on the learning rate, of the schedule
     */
    void step(List<Parameter> parameters, double factor);

    /** The learning rate without the schedule's factor. */
    double learningRate();

    /** The distance that the optimiser estimates, where it does: what the learning rate is multiplied with. */
    OptionalDouble distance();

    /** What of a parameter's values float32 does not hold, to be added to them for full precision. */
    default float[] remainder(Parameter parameter) {
        return arrays().getOrDefault("r." + parameter.name(), new float[parameter.size()]);
    }

    /** The state of every parameter, by the optimiser's name for it, a dot and the parameter's name. */
    Map<String, float[]> arrays();

    /** The rest of the state. */
    Map<String, Double> numbers();

    /** Takes up a state that {@link #arrays} and {@link #numbers} gave. */
    void restore(Map<String, float[]> arrays, Map<String, Double> numbers);
}
