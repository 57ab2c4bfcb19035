package org.casdm.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The keys of {@link CasdmConfig}, found in its records, with their values. */
final class ConfigKeys {

    /**
     * A key and its value.
     *
     * @param path          full key without the root, like {@code train.optimizer.beta1}
     * @param value         value of the record's component; for {@code spark} the whole map
     * @param fixedOnResume whether it, or a section that it is in, is marked {@link FixedOnResume}
     */
    record Entry(String path, Object value, boolean fixedOnResume) {}

    private ConfigKeys() {}

    /** Every key in the order of the records. */
    static List<Entry> entries(CasdmConfig config) {
        var entries = new ArrayList<Entry>();
        collect("", config, false, entries);
        return entries;
    }

    /** The keys whose values are texts. */
    static Set<String> texts() {
        var keys = new HashSet<String>();
        collectTexts("", CasdmConfig.class, keys);
        return keys;
    }

    private static void collectTexts(String prefix, Class<?> section, Set<String> keys) {
        for (var component : section.getRecordComponents()) {
            var type = component.getGenericType();
            if (type == String.class
                    || type instanceof ParameterizedType generic
                            && generic.getRawType() == Optional.class
                            && generic.getActualTypeArguments()[0] == String.class) {
                keys.add(prefix + key(component));
            } else if (component.getType().isRecord()) {
                collectTexts(prefix + key(component) + ".", component.getType(), keys);
            }
        }
    }

    private static void collect(String prefix, Record section, boolean fixed, List<Entry> entries) {
        for (var component : section.getClass().getRecordComponents()) {
            var path = prefix + key(component);
            var value = value(section, component);
            var componentFixed = fixed || component.isAnnotationPresent(FixedOnResume.class);
            if (value instanceof Record nested) {
                collect(path + ".", nested, componentFixed, entries);
            } else {
                entries.add(new Entry(path, value, componentFixed));
            }
        }
    }

    /** {@code everySteps} as {@code every-steps}. */
    static String key(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    static Object value(Record section, RecordComponent component) {
        try {
            return component.getAccessor().invoke(section);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Cannot read " + component, e);
        }
    }
}
