package org.casdm.job.cli;

/**
 * A command that another jar on the class path adds to the program, found by {@link java.util.ServiceLoader}. The class is
 * annotated as picocli wants its commands.
 */
public interface AddedCommand {}
