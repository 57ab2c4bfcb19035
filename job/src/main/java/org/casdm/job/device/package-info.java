/** What computes: the machine's NVIDIA cards, which of them ND4J can drive, and what to say where it cannot. */
package org.casdm.job.device;
