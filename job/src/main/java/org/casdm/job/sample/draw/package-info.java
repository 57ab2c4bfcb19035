/** The tasks that draw images. */
package org.casdm.job.sample.draw;
