/**
 * Sets of images as metrics read them: of one size, in a fixed order, in parts that executors open by themselves,
 * whatever they are stored in.
 */
package org.casdm.metric.images;
