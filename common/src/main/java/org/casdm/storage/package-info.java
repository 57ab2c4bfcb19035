/** Files on Hadoop file systems: whole, or not there. */
package org.casdm.storage;
