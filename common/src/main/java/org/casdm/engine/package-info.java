/**
 * What computes: the seam between everything that organises work (rounds, sampling, evaluation) and the arithmetic of
 * networks. It speaks in descriptions of networks, host memory and batches; each engine implements it in a package of
 * its own.
 */
package org.casdm.engine;
