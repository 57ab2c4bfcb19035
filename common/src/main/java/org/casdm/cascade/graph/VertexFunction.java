package org.casdm.cascade.graph;

import java.io.Serializable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A differentiable function without parameters, as a vertex of a DL4J graph computes it. */
public interface VertexFunction extends Serializable {

    /** Number of inputs. */
    int inputCount();

    /** Whether the last value stays readable after the step ({@link FunctionVertex.Computation#lastValue}). */
    default boolean keepsValue() {
        return false;
    }

    /** The value; {@code inputs} stay as they are. */
    INDArray forward(INDArray[] inputs);

    /**
     * The gradients with respect to the inputs, one new array for each: zeros where the function stops gradients.
     *
     * @param inputs as they were given to {@link #forward}
     * @param outputGradient the gradient with respect to the value
     */
    INDArray[] backward(INDArray[] inputs, INDArray outputGradient);
}
