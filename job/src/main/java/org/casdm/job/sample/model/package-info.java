/** The stored weights that images are drawn with. */
package org.casdm.job.sample.model;
