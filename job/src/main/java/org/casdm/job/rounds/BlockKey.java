package org.casdm.job.rounds;

/**
 * Names a shuffle record: one worker's version of one block. The index after the last block's holds the workers'
 * reports.
 *
 * @param block  index of the block; also the shuffle's partition
 * @param worker index of the worker
 */
record BlockKey(int block, int worker) {
}
