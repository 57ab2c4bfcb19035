package org.casdm.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used; says everything that is wrong with it at once. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final List<String> problems;

    /**
     * @param problems at least one sentence for the user, each naming key, origin and what to do
     */
    public ConfigException(List<String> problems) {
        super(problems.size() == 1
                ? "The configuration has an error: " + problems.get(0)
                : problems.stream().collect(Collectors.joining("\n  - ",
                        "The configuration has " + problems.size() + " errors:\n  - ", "")));
        this.problems = List.copyOf(problems);
    }

    /** Each error alone. */
    public List<String> problems() {
        return problems;
    }
}
