package org.casdm.job.cli;

import java.util.Arrays;
import java.util.Iterator;
import org.casdm.data.source.label.LabelRule;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Rules of labels by the names that users know. */
final class LabelRuleNames implements ITypeConverter<LabelRule>, Iterable<String> {

    @Override
    public LabelRule convert(String name) {
        try {
            return LabelRule.of(name);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(LabelRule.values()).map(LabelRule::key).iterator();
    }
}
