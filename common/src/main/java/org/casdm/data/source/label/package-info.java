/** Classes of images: from folders, from file names, from files beside the images. */
package org.casdm.data.source.label;
