/**
 * Draws images from a checkpoint on the executors. The images are cut into ranges; a range is a task and a part of the
 * output. What an image looks like depends on the settings and its number alone, so parts made by anybody at any time
 * fit together.
 */
package org.casdm.job.sample;
