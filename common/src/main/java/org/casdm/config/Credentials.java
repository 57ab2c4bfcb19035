package org.casdm.config;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells what looks like a credential. None is accepted: the resolved configuration is stored beside the run for
 * everyone to read, and the arguments of a process appear in the machine's list of processes.
 */
public final class Credentials {

    /** Where to put them instead. */
    public static final String PLACES = "give them in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
            + "AWS_SESSION_TOKEN), by the machine's role, or in a Hadoop credential store named by "
            + "hadoop.security.credential.provider.path";
    /** What to do instead. */
    static final String HINT = "credentials are never part of the configuration (it is stored with the run); "
            + PLACES.replace("hadoop.security", "spark.hadoop.hadoop.security");

    private static final Pattern SECRET = Pattern.compile(
            "secret|passw(or)?d|passphrase|token|credential|(access|private|account|api|encryption)[._-]?key");
    /** Settings that only say where a credential is found, or how one is used. */
    private static final Pattern HARMLESS =
            Pattern.compile("(provider|provider\\.path|file|path|class|enabled|interval|ratio|mapping)$");

    private static final Pattern ASSIGNED_IN_VALUE = Pattern.compile(
            "(secret|passw(or)?d|passphrase|access[._-]?key)[a-z0-9._-]*\\s*[=:]", Pattern.CASE_INSENSITIVE);
    /** User and password; the latter may hold a slash, but host:port/path@ is something else. */
    private static final Pattern IN_URI = Pattern.compile("://[^/@:\\s]*:(?!\\d+/)[^@\\s]*@");

    private Credentials() {}

    /** Whether a key's name says that its value is secret. */
    public static boolean named(String key) {
        var name = key.toLowerCase(Locale.ROOT);
        return SECRET.matcher(name).find() && !HARMLESS.matcher(name).find();
    }

    /** Whether a value carries a secret: a user and password in a URI, or an option that sets one. */
    static boolean contained(String value) {
        return inUri(value) || ASSIGNED_IN_VALUE.matcher(value).find();
    }

    /** Whether a text holds a URI with user and password. */
    public static boolean inUri(String text) {
        return IN_URI.matcher(text).find();
    }

    /** A text to be shown, without what precedes the host of a URI. */
    public static String hidden(String text) {
        return IN_URI.matcher(text).replaceAll("://(hidden)@");
    }

    /** A text without the user and password of the URIs in it. */
    static String withoutUserInfo(String text) {
        return IN_URI.matcher(text).replaceAll("://(left out)@");
    }
}
