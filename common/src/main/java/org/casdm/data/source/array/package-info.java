/** Files of pixels in fixed places: CIFAR, IDX, and NumPy archives. */
package org.casdm.data.source.array;
