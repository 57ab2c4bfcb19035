/** How far long work is, for logs and terminals. */
package org.casdm.job.progress;
