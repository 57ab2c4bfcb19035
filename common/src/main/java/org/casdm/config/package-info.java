/**
 * The configuration: {@code reference.conf} describes every key, {@link org.casdm.config.ConfigLoader} reads it
 * strictly into {@link org.casdm.config.CasdmConfig}.
 */
package org.casdm.config;
