/**
 * Shards: training pixels, and samples, as Parquet files with a description beside them ({@code dataset.json}). What is
 * written here, Spark, pandas and pyarrow read.
 */
package org.casdm.data.shard;
