package org.casdm.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads single keys of a resolved configuration. A value of the wrong type or out of range becomes a problem, and some
 * usable value is returned in its place so that reading can go on.
 */
final class SettingReader {

    private static final String AUTO = "auto";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    private final Config config;
    private final Problems problems;

    SettingReader(Config config, Problems problems) {
        this.config = config;
        this.problems = problems;
    }

    /**
     * A range of numbers, for checking and for messages.
     *
     * @param text in words, like "from 0 to 1"
     */
    record Range(double minimum, boolean minimumIncluded, double maximum, boolean maximumIncluded, String text) {

        static Range closed(double minimum, double maximum) {
            return new Range(minimum, true, maximum, true, "from " + number(minimum) + " to " + number(maximum));
        }

        static Range aboveTo(double minimum, double maximum) {
            return new Range(minimum, false, maximum, true, "above " + number(minimum) + ", up to " + number(maximum));
        }

        static Range fromToBelow(double minimum, double maximum) {
            return new Range(minimum, true, maximum, false, "from " + number(minimum) + " to below " + number(maximum));
        }

        static Range between(double minimum, double maximum) {
            return new Range(
                    minimum,
                    false,
                    maximum,
                    false,
                    "between " + number(minimum) + " and " + number(maximum) + ", both excluded");
        }

        boolean contains(double value) {
            return (minimumIncluded ? value >= minimum : value > minimum)
                    && (maximumIncluded ? value <= maximum : value < maximum);
        }

        private static String number(double value) {
            return new BigDecimal(value).toPlainString();
        }
    }

    int integer(String key, int minimum, int maximum) {
        return required(
                key,
                "a whole number from " + minimum + " to " + maximum,
                value -> wholeNumber(value, minimum, maximum),
                Math.max(minimum, Math.min(maximum, 1)));
    }

    Optional<Integer> optionalInteger(String key, int minimum, int maximum) {
        return optional(
                key,
                "null or a whole number from " + minimum + " to " + maximum,
                value -> wholeNumber(value, minimum, maximum));
    }

    OptionalInt integerOrAuto(String key, int minimum, int maximum) {
        return required(
                key,
                "auto or a whole number from " + minimum + " to " + maximum,
                value -> text(value).filter(AUTO::equals).isPresent()
                        ? Optional.of(OptionalInt.empty())
                        : wholeNumber(value, minimum, maximum).map(OptionalInt::of),
                OptionalInt.empty());
    }

    long wholeNumber64(String key) {
        return required(
                key,
                "a whole number of 64 bits",
                value -> text(value).flatMap(SettingReader::decimalText).flatMap(SettingReader::exactLong),
                0L);
    }

    double decimal(String key, Range range) {
        return required(key, "a number " + range.text(), value -> decimal(value, range), 1.0);
    }

    Optional<Double> optionalDecimal(String key, Range range) {
        return optional(key, "null or a number " + range.text(), value -> decimal(value, range));
    }

    boolean flag(String key) {
        return required(
                key,
                "true or false",
                value -> text(value).flatMap(text -> switch (text) {
                    case "true", "yes", "on" -> Optional.of(true);
                    case "false", "no", "off" -> Optional.of(false);
                    default -> Optional.empty();
                }),
                false);
    }

    <E extends Enum<E> & Choice> E choice(String key, E[] constants) {
        var texts = Arrays.stream(constants).map(Choice::text).collect(Collectors.joining(", "));
        return required(
                key,
                "one of " + texts,
                value -> text(value)
                        .flatMap(text -> Arrays.stream(constants)
                                .filter(constant -> constant.text().equals(text))
                                .findFirst()),
                constants[0]);
    }

    /** A path or URI. */
    Optional<String> location(String key) {
        var location =
                optional(key, "null or a path or URI", value -> text(value).filter(text -> !text.isBlank()));
        if (location.isPresent() && Credentials.contained(location.get())) {
            problems.add(key, key + " (" + origin(key) + ") holds a credential: " + Credentials.HINT);
            return Optional.empty();
        }
        if (location.isPresent()
                && (location.get().startsWith("s3://") || location.get().startsWith("s3n://"))) {
            var rest = location.get().substring(location.get().indexOf(':'));
            problems.add(key, describe(key) + ": Hadoop's file system for S3 is s3a; write s3a" + rest);
        }
        return location;
    }

    Optional<String> sha256(String key) {
        return optional(
                key,
                "null or a SHA-256, 64 hexadecimal digits",
                value -> text(value).filter(text -> SHA256.matcher(text).matches()));
    }

    List<Integer> integers(String key, int minimum, int maximum, int fewest, int most) {
        return list(
                key,
                fewest,
                most,
                "whole numbers from " + minimum + " to " + maximum,
                value -> wholeNumber(value, minimum, maximum));
    }

    List<Double> decimals(String key, Range range, int fewest, int most) {
        return list(key, fewest, most, "numbers " + range.text(), value -> decimal(value, range));
    }

    /** The key with its value and where that comes from, as messages begin. */
    String describe(String key) {
        var value = value(key);
        var text = value.valueType() == ConfigValueType.NULL
                ? "null"
                : text(value).orElseGet(() -> value.unwrapped().toString());
        return key + " = " + text + " (" + origin(key) + ")";
    }

    /** Where a key's value comes from: file and line, command line, system property or default. */
    String origin(String key) {
        return Origins.text(value(key).origin());
    }

    private <T> T required(String key, String expected, Function<ConfigValue, Optional<T>> reading, T substitute) {
        var value = value(key);
        var result = value.valueType() == ConfigValueType.NULL ? Optional.<T>empty() : reading.apply(value);
        if (result.isEmpty()) {
            problem(key, expected);
        }
        return result.orElse(substitute);
    }

    private <T> Optional<T> optional(String key, String expected, Function<ConfigValue, Optional<T>> reading) {
        var value = value(key);
        if (value.valueType() == ConfigValueType.NULL
                || text(value).filter("null"::equals).isPresent()) {
            return Optional.empty();
        }
        var result = reading.apply(value);
        if (result.isEmpty()) {
            problem(key, expected);
        }
        return result;
    }

    private void problem(String key, String expected) {
        // What phi takes over from theta has been reported there.
        if (PhiDefaults.thetaKey(key)
                .filter(theta -> value(theta) == value(key))
                .isPresent()) {
            problems.markAsBad(key);
        } else {
            problems.add(key, describe(key) + ": must be " + expected);
        }
    }

    private <T> List<T> list(
            String key, int fewest, int most, String expected, Function<ConfigValue, Optional<T>> reading) {
        Function<ConfigValue, Optional<List<T>>> all = value -> {
            var results = new ArrayList<T>();
            for (var element : elements(value)) {
                reading.apply(element).ifPresent(results::add);
            }
            var readable = value instanceof ConfigList || text(value).isPresent();
            var complete = readable && results.size() == elements(value).size();
            return complete && results.size() >= fewest && results.size() <= most
                    ? Optional.of(results)
                    : Optional.empty();
        };
        return required(key, "a list of " + fewest + " to " + most + " " + expected, all, List.of());
    }

    /** Elements of a list, also of one written as text with commas: system properties know nothing else. */
    private static List<ConfigValue> elements(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list;
        }
        return text(value).filter(text -> !text.isBlank()).stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .map(part -> ConfigValueFactory.fromAnyRef(part.strip()))
                .toList();
    }

    private static Optional<Integer> wholeNumber(ConfigValue value, int minimum, int maximum) {
        return text(value)
                .flatMap(SettingReader::decimalText)
                .flatMap(SettingReader::exactLong)
                .filter(number -> number >= minimum && number <= maximum)
                .map(Long::intValue);
    }

    private static Optional<Double> decimal(ConfigValue value, Range range) {
        return text(value)
                .flatMap(SettingReader::decimalText)
                .map(BigDecimal::doubleValue)
                .filter(range::contains);
    }

    private static Optional<BigDecimal> decimalText(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> exactLong(BigDecimal number) {
        try {
            return Optional.of(number.longValueExact());
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** A string, number or switch as it was written; nothing for lists, sections and null. */
    static Optional<String> text(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> Optional.of(value.atKey("value").getString("value"));
            case LIST, OBJECT, NULL -> Optional.empty();
        };
    }

    private ConfigValue value(String key) {
        ConfigValue value = config.root();
        for (var part : key.split("\\.")) {
            value = ((ConfigObject) value).get(part);
        }
        return value;
    }
}
