package org.casdm.config;

/**
 * A configuration file that has been read already, from whatever file system.
 *
 * @param name path or URI, for messages
 * @param text its HOCON text
 */
public record ConfigText(String name, String text) {}
