package org.casdm.config;

import java.util.Optional;

/** The section whose keys are another section's where they are not given. */
final class PhiDefaults {

    private static final String PHI = "model.phi.";
    private static final String THETA = "model.theta.";

    private PhiDefaults() {}

    /** The key that a key of phi takes its value from; nothing for other keys. */
    static Optional<String> thetaKey(String key) {
        return key.startsWith(PHI) ? Optional.of(THETA + key.substring(PHI.length())) : Optional.empty();
    }
}
