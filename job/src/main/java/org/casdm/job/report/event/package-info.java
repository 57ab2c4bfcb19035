/** TensorBoard's event files. {@link org.casdm.job.report.event.EventWriter} writes one. */
package org.casdm.job.report.event;
