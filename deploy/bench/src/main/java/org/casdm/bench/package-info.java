/**
 * Measurements that anyone can repeat: how long the parts of the product take on this machine. Each prints one JSON
 * object, as the programs in {@code deploy/bench} that it is compared with do.
 */
package org.casdm.bench;
