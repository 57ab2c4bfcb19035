package org.casdm.job.inspect;

import java.util.List;

/**
 * A tensor in a file.
 *
 * @param type      element type by the names of safetensors, such as F32
 * @param shape     empty for a scalar
 * @param elements  number of elements
 * @param norm      L2 norm of the finite elements
 * @param notFinite how many elements are not finite: a healthy model has none
 */
public record TensorSummary(String name, String type, List<Long> shape, long elements, double norm, long notFinite) {}
