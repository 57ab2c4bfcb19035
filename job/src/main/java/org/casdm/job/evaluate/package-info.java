/** The evaluation job: features of images on the executors, metrics of them on the driver. */
package org.casdm.job.evaluate;
