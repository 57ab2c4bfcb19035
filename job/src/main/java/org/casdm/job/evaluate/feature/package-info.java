/** The tasks that compute features of a set of images. */
package org.casdm.job.evaluate.feature;
