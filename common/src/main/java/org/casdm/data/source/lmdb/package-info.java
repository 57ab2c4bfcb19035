/** LMDB databases of encoded images, as LSUN is published. */
package org.casdm.data.source.lmdb;
