/** What a JVM of the application keeps from one task to the next. */
package org.casdm.job.executor;
