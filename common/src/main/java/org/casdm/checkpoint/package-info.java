/**
 * The folder of a training run on any Hadoop file system: checkpoints that either are complete or do not exist,
 * metrics, sample pictures, the configuration.
 */
package org.casdm.checkpoint;
