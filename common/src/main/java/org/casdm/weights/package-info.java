/** Weights of frozen networks: where they come from, and the files that they are published in. */
package org.casdm.weights;
