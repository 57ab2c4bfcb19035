/** Failures that a user can mend. */
package org.casdm.failure;
