package org.casdm.job.train;

/** The version of this program, as the jar's manifest has it. */
final class ProgramVersion {

    private ProgramVersion() {
    }

    static String text() {
        String version = ProgramVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
