/** U-Nets and noise schedules as the program diffusers stores them. */
package org.casdm.weights.diffusers;
