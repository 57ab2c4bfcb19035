/** Metric functions among the losses of training, besides LPIPS: an interface that others fit in one class. */
package org.casdm.metric.function;
