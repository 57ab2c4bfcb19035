/** The folder that images are drawn to: parts, what they were drawn with, and what is put together from them. */
package org.casdm.job.sample.folder;
