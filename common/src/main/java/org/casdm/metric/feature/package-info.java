/** Features of images, by which metrics compare sets of them: what gives features, apart from the networks that do. */
package org.casdm.metric.feature;
