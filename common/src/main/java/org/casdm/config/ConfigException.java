package org.casdm.config;

import java.util.List;
import java.util.stream.Collectors;
import org.casdm.failure.UserFailure;

/** A configuration that cannot be used; says everything that is wrong with it at once. */
public final class ConfigException extends RuntimeException implements UserFailure {

    private static final long serialVersionUID = 1;

    private final List<String> problems;

    /**
     * @param problems at least one sentence for the user, each naming key, origin and what to do; values are quoted in
     *                 some of them, and passwords in these are left out
     */
    public ConfigException(List<String> problems) {
        this(problems.stream().map(Credentials::hidden).toList(), problems.size());
    }

    private ConfigException(List<String> problems, int count) {
        super(
                count == 1
                        ? "The configuration has an error: " + problems.get(0)
                        : problems.stream()
                                .collect(Collectors.joining(
                                        "\n  - ", "The configuration has " + count + " errors:\n  - ", "")));
        this.problems = problems;
    }

    @Override
    public List<String> problems() {
        return problems;
    }

    @Override
    public int exitCode() {
        return WRONG_USAGE;
    }
}
