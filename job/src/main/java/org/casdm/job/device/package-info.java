/** What computes: the machine's NVIDIA GPUs, which of them ND4J supports, and what to say where it cannot. */
package org.casdm.job.device;
