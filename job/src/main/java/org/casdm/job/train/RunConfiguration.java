package org.casdm.job.train;

import java.io.IOException;
import java.util.stream.Collectors;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigChange;
import org.casdm.config.ConfigLoader;
import org.casdm.config.ConfigText;
import org.casdm.job.JobFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration that a run folder remembers. */
final class RunConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(RunConfiguration.class);

    private RunConfiguration() {}

    /**
     * Writes the configuration into the run folder, after a comparison with the one that is there.
     *
     * @throws JobFailure if something differs that may not change in a run
     */
    static void store(RunFolder folder, CasdmConfig config) throws IOException {
        var stored = folder.readConfiguration();
        if (stored.isPresent()) {
            var before = ConfigLoader.loadStored(
                    new ConfigText(folder.configurationPath().toString(), stored.get()));
            var changes = ConfigChange.diff(before, config);
            var refused =
                    changes.stream().filter(change -> !change.allowedOnResume()).toList();
            if (!refused.isEmpty()) {
                throw new JobFailure(folder.root() + " holds a run with another configuration; keys that must not"
                        + " change in a run have changed: "
                        + refused.stream().map(RunConfiguration::describe).collect(Collectors.joining("; "))
                        + ". Set these back, or choose another run.folder");
            }
            changes.forEach(change -> LOG.info("settings changed since the last start: {}", describe(change)));
            if (changes.isEmpty()) {
                return;
            }
        }
        folder.writeConfiguration(config.toHocon());
    }

    private static String describe(ConfigChange change) {
        return change.key() + " was " + change.oldValue() + ", is " + change.newValue();
    }
}
