/**
 * NumPy's array files: {@code .npy} (one array; format of {@code numpy.lib.format}, versions 1 to 3) and {@code .npz}
 * (a zip archive of them). Batches of samples, reference statistics and features are exchanged in these. Pickled
 * objects are never read.
 */
package org.casdm.tensor.npy;
