/** What those who run the program see of it in Spark's metrics system. */
package org.casdm.job.metrics;
