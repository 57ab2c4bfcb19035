/**
 * Which checkpoint is to be used: a pointer file that moves on to a newly judged checkpoint unless its Fréchet distance
 * is worse. {@link org.casdm.job.promote.Promotion} is the way in.
 */
package org.casdm.job.promote;
