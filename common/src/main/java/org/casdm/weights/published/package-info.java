/** The files of weights that others publish and this program can use: which they are, fetching and recognising them. */
package org.casdm.weights.published;
