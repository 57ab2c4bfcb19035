/** The network of the Fréchet Inception Distance as a feature extractor. */
package org.casdm.metric.inception;
