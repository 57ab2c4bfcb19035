/** What evaluation has found, and the files and tables that say it. */
package org.casdm.job.evaluate.result;
