package org.casdm.job.rounds.worker;

import java.io.Serializable;
import org.casdm.job.rounds.exchange.BlockPlace;

/**
 * What a worker's task tells the driver.
 *
 * @param report what it did
 * @param state  where its parameters and updater state are
 */
public record WorkerResult(WorkerReport report, BlockPlace state) implements Serializable {}
