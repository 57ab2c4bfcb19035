package org.casdm.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds keys that the reference does not have, and sections where it has values and the other way round. */
final class KnownKeys {

    private final ConfigObject reference;
    private final TreeSet<String> paths = new TreeSet<>();

    KnownKeys(ConfigObject reference) {
        this.reference = reference;
        collect("", reference);
    }

    private void collect(String prefix, ConfigObject section) {
        for (var entry : section.entrySet()) {
            paths.add(prefix + entry.getKey());
            if (entry.getValue() instanceof ConfigObject nested) {
                collect(prefix + entry.getKey() + ".", nested);
            }
        }
    }

    /**
     * Notes every misfit of a configuration.
     *
     * @return whether the configuration has the reference's shape, and so can be read key by key
     */
    boolean check(ConfigObject config, Problems problems) {
        return check("", config, reference, config, problems);
    }

    private boolean check(
            String prefix, ConfigObject section, ConfigObject known, ConfigObject whole, Problems problems) {
        var fits = true;
        for (var entry : new TreeMap<>(section).entrySet()) {
            var path = prefix + entry.getKey();
            var value = entry.getValue();
            var expected = known.get(entry.getKey());
            if (path.equals(ConfigLoader.OPEN_SECTION)) {
                continue;
            }
            if (expected instanceof ConfigObject expectedSection && value instanceof ConfigObject nested) {
                fits &= check(path + ".", nested, expectedSection, whole, problems);
                continue;
            }
            var problem = misfit(path, value, expected);
            if (problem.isPresent()) {
                fits &= expected == null;
                if (isTakenOver(path, value, whole)) {
                    problems.markAsBad(path);
                } else {
                    problems.add(path, problem.get());
                }
            }
        }
        return fits;
    }

    private Optional<String> misfit(String path, ConfigValue value, ConfigValue expected) {
        if (expected == null) {
            return Optional.of(unknown(path, value));
        }
        var start = path + " (" + Origins.text(value.origin()) + ") ";
        if (expected instanceof ConfigObject section) {
            return Optional.of(start + "is a section: write " + path + " { ... } with keys of it, such as " + path + "."
                    + section.keySet().stream().sorted().findFirst().orElseThrow());
        }
        return value instanceof ConfigObject
                ? Optional.of(start + "takes a single value, but keys are given below it")
                : Optional.empty();
    }

    /** Whether phi has this value from theta, where it has been reported. */
    private static boolean isTakenOver(String path, ConfigValue value, ConfigObject whole) {
        return PhiDefaults.thetaKey(path)
                .map(ConfigUtil::splitPath)
                .filter(theta -> {
                    ConfigValue original = whole;
                    for (var part : theta) {
                        original = original instanceof ConfigObject section ? section.get(part) : null;
                    }
                    return original == value;
                })
                .isPresent();
    }

    private String unknown(String path, ConfigValue value) {
        var origin = Origins.text(value.origin());
        if (Credentials.named(path)) {
            return path + " (" + origin + ") looks like a credential: " + Credentials.HINT;
        }
        return path + " (" + origin + ") is an unknown key"
                + nearest(path).map(known -> "; did you mean " + known + "?").orElse("; reference.conf lists all keys");
    }

    /** The known key most like an unknown one: the same name in another section, else the fewest typing errors. */
    private Optional<String> nearest(String path) {
        var name = path.substring(path.lastIndexOf('.') + 1);
        return paths.stream()
                .filter(known -> known.equals(name) || known.endsWith("." + name))
                .min(byDistance(path))
                .or(() -> paths.stream()
                        .min(byDistance(path))
                        .filter(known -> distance(path, known) <= Math.max(2, path.length() / 4)));
    }

    private static Comparator<String> byDistance(String path) {
        return Comparator.comparingInt(known -> distance(path, known));
    }

    /** Edit distance after Levenshtein. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
