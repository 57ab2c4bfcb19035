package org.casdm.job.evaluate;

import java.util.Optional;
import java.util.OptionalLong;
import org.casdm.metric.FeatureMatrix;
import org.casdm.metric.GaussianStatistics;
import org.casdm.metric.InceptionScore;

/**
 * What is known of a set's features when all of its images have been looked at.
 *
 * @param location where the set is
 * @param images   how many features were computed of; empty for stored statistics
 * @param skipped  images that could not be used
 * @param pooled   mean and covariance behind FID
 * @param spatial  mean and covariance behind sFID
 * @param score    the Inception Score
 * @param kept     features of single images
 */
record SetFeatures(
        String location,
        OptionalLong images,
        long skipped,
        Optional<GaussianStatistics> pooled,
        Optional<GaussianStatistics> spatial,
        Optional<InceptionScore.Result> score,
        Optional<FeatureMatrix> kept) {}
