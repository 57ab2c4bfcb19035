/** Where the minibatches of the workers come from. */
package org.casdm.job.rounds.batch;
