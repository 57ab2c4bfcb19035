/**
 * Moves blocks of memory between the JVMs of a Spark application, without Spark's block store between them: from the
 * memory of one graph through a socket into the memory of another.
 *
 * <p>Every JVM that takes part has one {@link org.casdm.job.rounds.exchange.StateExchange}. It runs on Spark's own
 * network layer (the one that shuffle blocks take), so that {@code spark.authenticate}, {@code spark.network.crypto.*}
 * and {@code spark.network.timeout} hold here too. Nothing here knows what the bytes mean.
 */
package org.casdm.job.rounds.exchange;
