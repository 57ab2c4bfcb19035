/**
 * The numbers by which generated images are judged: Fréchet distance, Inception Score, kernel distance, precision and
 * recall, all of given features. Features come from {@code org.casdm.metric.feature}.
 */
package org.casdm.metric;
