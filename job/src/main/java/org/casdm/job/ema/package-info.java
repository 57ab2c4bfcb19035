/** Averages of a run's parameters that are chosen afterwards. */
package org.casdm.job.ema;
