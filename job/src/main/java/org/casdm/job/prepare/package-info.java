/** The job that turns a published set of pictures into shards of training pixels. */
package org.casdm.job.prepare;
