/**
 * What a run has come to, as one page for people: {@link org.casdm.job.report.RunStory} collects it from the run folder,
 * {@link org.casdm.job.report.ReportPage} writes it.
 */
package org.casdm.job.report;
