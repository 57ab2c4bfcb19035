/** {@code casdm bench}: a command for each benchmark. */
package org.casdm.bench.command;
