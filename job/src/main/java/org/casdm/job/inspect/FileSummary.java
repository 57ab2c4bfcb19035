package org.casdm.job.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of tensors.
 *
 * @param name    file name
 * @param bytes   size of the file
 * @param tensors in the file's order
 * @param refused paths of what is not read, and why
 */
public record FileSummary(String name, long bytes, List<TensorSummary> tensors, Map<String, String> refused) {

    public FileSummary {
        tensors = List.copyOf(tensors);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
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

    /** Elements that are not finite. */
    @JsonProperty
    public long notFinite() {
        return tensors.stream().mapToLong(TensorSummary::notFinite).sum();
    }
}
