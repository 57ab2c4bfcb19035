/**
 * Draws images from a trained model on one machine: noise that belongs to the image, the loop over the timesteps.
 */
package org.casdm.sampling;
