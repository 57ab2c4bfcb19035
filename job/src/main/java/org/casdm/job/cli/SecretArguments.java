package org.casdm.job.cli;

import java.util.Optional;
import java.util.regex.Pattern;
import org.casdm.config.Credentials;

/**
 * Arguments that hold a password are refused before anything looks at them: whoever may list the machine's processes
 * reads them, and what is given here goes on into logs, messages and files.
 */
final class SecretArguments {

    /** {@code -Dname=value}, {@code --conf=name=value} or {@code name=value}; the name may be quoted. */
    private static final Pattern SETTING = Pattern.compile("(?:-D|--conf=)?(?<name>[\\w.\"-]+)=.+", Pattern.DOTALL);

    private SecretArguments() {}

    /** What is wrong with the first argument that holds a password, if one does. The password is not told. */
    static Optional<String> problem(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            var setting = SETTING.matcher(arguments[i]);
            String what = Credentials.inUri(arguments[i])
                    ? "holds a user and a password in a URI"
                    : setting.matches() && Credentials.named(setting.group("name"))
                            ? "sets " + setting.group("name") + ", which looks like a credential"
                            : null;
            if (what != null) {
                return Optional.of("Argument " + (i + 1) + " " + what + ". Arguments are shown in the list of"
                        + " processes, and stored: credentials are not taken from them; " + Credentials.PLACES);
            }
        }
        return Optional.empty();
    }
}
