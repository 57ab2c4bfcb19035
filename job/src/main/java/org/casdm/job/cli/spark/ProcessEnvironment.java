package org.casdm.job.cli.spark;

import com.sun.security.auth.module.UnixSystem;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.util.Utils;
import org.casdm.data.FileNames;

/**
 * What the program needs of the machine that it is started on, where the machine does not give it: a locale, a name for
 * the user, a name for the host. Containers have often none of them.
 */
public final class ProcessEnvironment {

    /** Java's value for what it does not know. */
    private static final String UNKNOWN = "?";

    private static final String LOCALHOST = "localhost";
    private static final String LOCAL_IP = "SPARK_LOCAL_IP";
    private static final String LOCAL_HOSTNAME = "SPARK_LOCAL_HOSTNAME";

    private ProcessEnvironment() {}

    /** To be called before anything else is loaded. */
    public static void settle(Map<String, String> environment) {
        // Our own code names a locale at every format; this is for libraries, such as those that form the names of
        // constants by toUpperCase, which Turkish spells otherwise.
        Locale.setDefault(Locale.ROOT);
        if (UNKNOWN.equals(System.getProperty("user.home"))) {
            System.setProperty("user.home", environment.getOrDefault("HOME", System.getProperty("java.io.tmpdir")));
        }
        if (UNKNOWN.equals(System.getProperty("user.name"))) {
            nameUser(environment);
        }
    }

    /** For a user id without an entry in /etc/passwd, at which Hadoop's login fails. */
    private static void nameUser(Map<String, String> environment) {
        var name = Optional.ofNullable(environment.get("HADOOP_USER_NAME"))
                .or(() -> Optional.ofNullable(environment.get("SPARK_USER")))
                .orElseGet(() -> "uid-" + new UnixSystem().getUid());
        System.setProperty("user.name", name);
        if (!UserGroupInformation.isSecurityEnabled()) {
            UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
        }
    }

    /** Whether the user id has no entry in /etc/passwd. */
    static boolean userIsUnknown() {
        return !System.getProperty("os.name").startsWith("Windows") && new UnixSystem().getUsername() == null;
    }

    /**
     * What is wrong with the locale.
     *
     * @param error where to warn that files with other names than ASCII are out of reach
     * @return why the arguments cannot be used; empty if they can
     */
    public static Optional<String> localeProblem(String[] arguments, PrintStream error) {
        var charset = FileNames.charset();
        if (FileNames.anyNameWorks(charset)) {
            return Optional.empty();
        }
        var words = "The locale of this process has the charset " + charset + ": ";
        if (Arrays.stream(arguments).anyMatch(FileNames::wasReplaced)) {
            return Optional.of(words + "an argument holds characters that it cannot express. Set LC_ALL=C.UTF-8 in the "
                    + "environment.");
        }
        error.println(words + "files whose names hold other characters than ASCII cannot be read. Set LC_ALL=C.UTF-8 "
                + "in the environment.");
        return Optional.empty();
    }

    /**
     * Gives this machine the name localhost where its own does not resolve, which Spark asks for even if nobody has to
     * reach it. To be called before Spark's settings are touched.
     *
     * @return why executors on other machines could not reach this one; empty if they can
     */
    static Optional<String> settleHost(Map<String, String> environment) {
        if (environment.containsKey(LOCAL_IP)
                || !environment.getOrDefault(LOCAL_HOSTNAME, LOCALHOST).equals(LOCALHOST)) {
            return Optional.empty();
        }
        try {
            InetAddress.getLocalHost();
            return Optional.empty();
        } catch (UnknownHostException e) {
            Utils.setCustomHostname(LOCALHOST);
            return Optional.of("executors have to reach this machine, and its own name cannot be resolved ("
                    + e.getMessage() + "). Add the name to /etc/hosts or DNS, or set " + LOCAL_IP
                    + " in the environment to this machine's address");
        }
    }
}
