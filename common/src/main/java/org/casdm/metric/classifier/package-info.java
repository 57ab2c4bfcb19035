/**
 * A small classifier that the product trains by itself on labelled images, for features of images on which the network
 * of FID makes no sense: grey ones, tiny ones.
 */
package org.casdm.metric.classifier;
