package org.casdm.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes what looks like credentials from what is shown. A configuration that this program has written has
 * none, as it refuses them; one that was edited by hand, or copied from elsewhere, may.
 */
public final class Redaction {

    /** Stands where a credential was. */
    public static final String LEFT_OUT = "(left out: looks like a credential)";

    private Redaction() {}

    /**
     * A configuration for showing: unchanged if nothing in it looks like a credential, else rewritten without
     * comments, and with {@value #LEFT_OUT} for each such value.
     *
     * @param hocon the file's text; what it includes is not read
     * @return a comment that says why, if it cannot be understood
     */
    public static String ofConfiguration(String hocon) {
        try {
            var config = ConfigFactory.parseString(
                            hocon, ConfigParseOptions.defaults().setIncluder(new NoFiles()))
                    .resolve(ConfigResolveOptions.noSystem());
            var secrets = new ArrayList<List<String>>();
            collect(List.of(), config.root(), secrets);
            if (secrets.isEmpty() && !Credentials.contained(hocon)) {
                return hocon;
            }
            for (var path : secrets) {
                config = config.withValue(ConfigUtil.joinPath(path), ConfigValueFactory.fromAnyRef(LEFT_OUT));
            }
            return config.root()
                    .render(ConfigRenderOptions.concise().setFormatted(true).setJson(false));
        } catch (ConfigException e) {
            return "# Not shown, as it cannot be understood, and so may hold credentials: "
                    + e.getClass().getSimpleName();
        }
    }

    private static void collect(List<String> path, ConfigValue value, List<List<String>> secrets) {
        if (value instanceof ConfigObject section) {
            section.forEach((key, inner) -> {
                var longer = new ArrayList<>(path);
                longer.add(key);
                collect(longer, inner, secrets);
            });
        } else if (value.unwrapped() != null
                && (Credentials.named(String.join(".", path))
                        || Credentials.contained(value.unwrapped().toString()))) {
            secrets.add(path);
        }
    }

    /** A text, such as a URI, without user and password in its URIs. */
    public static String ofText(String text) {
        return Credentials.withoutUserInfo(text);
    }

    /** Reads nothing, whichever way it is named: what is shown is one file. */
    private static final class NoFiles
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

        private static final ConfigObject NOTHING = ConfigFactory.empty().root();

        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            return NOTHING;
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            return NOTHING;
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            return NOTHING;
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            return NOTHING;
        }
    }
}
