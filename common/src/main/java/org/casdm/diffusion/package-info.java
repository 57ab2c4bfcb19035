/**
 * The diffusion process as closed formulas in double, apart from networks and loops: noise schedules, the choice of
 * timesteps that a sampler visits, and its weights per step.
 */
package org.casdm.diffusion;
