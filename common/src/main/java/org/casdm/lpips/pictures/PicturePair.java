package org.casdm.lpips.pictures;

import org.apache.hadoop.fs.Path;

/**
 * Two files with pictures that are compared.
 *
 * @param name of both: the path of the first below its folder
 * @param first the one
 * @param second the other
 */
public record PicturePair(String name, Path first, Path second) {}
