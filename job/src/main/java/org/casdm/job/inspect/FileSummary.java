package org.casdm.job.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A file of tensors.
 *
 * @param name    file name
 * @param bytes   size of the file
 * @param tensors in the file's order
 */
public record FileSummary(String name, long bytes, List<TensorSummary> tensors) {

    public FileSummary {
        tensors = List.copyOf(tensors);
    }

    /** Elements of all tensors together: of a model, the number of its parameters. */
    @JsonProperty
    public long elements() {
        return tensors.stream().mapToLong(TensorSummary::elements).sum();
    }

    /** L2 norm of all tensors taken as one vector. */
    @JsonProperty
    public double norm() {
        return Math.sqrt(tensors.stream()
                .mapToDouble(tensor -> tensor.norm() * tensor.norm())
                .sum());
    }

    /** Elements that are infinite or no number. */
    @JsonProperty
    public long notFinite() {
        return tensors.stream().mapToLong(TensorSummary::notFinite).sum();
    }
}
