/** LPIPS between files of pictures. */
package org.casdm.lpips.pictures;
