/** {@code casdm weights} and {@code casdm convert}: published weights, and their formats. */
package org.casdm.job.cli.weights;
