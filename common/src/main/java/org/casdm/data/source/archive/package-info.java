/** Zip archives and tar archives, webdataset's among them. */
package org.casdm.data.source.archive;
