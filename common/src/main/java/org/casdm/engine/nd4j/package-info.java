/** The engine of ND4J: thin, over the networks and the graph that compute with ND4J's operations. */
package org.casdm.engine.nd4j;
