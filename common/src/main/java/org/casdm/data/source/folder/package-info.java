/** Image files in a folder. */
package org.casdm.data.source.folder;
