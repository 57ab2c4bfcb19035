/** What a run, a checkpoint or a file of tensors holds; without Spark. */
package org.casdm.job.inspect;
