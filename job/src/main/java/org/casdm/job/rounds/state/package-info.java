/**
 * The state of a graph between steps: parameters and updater state, cut into blocks of float32 in host memory, and where
 * those blocks are.
 */
package org.casdm.job.rounds.state;
