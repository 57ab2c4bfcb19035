/** Parquet files with a column of encoded images. */
package org.casdm.data.source.parquet;
