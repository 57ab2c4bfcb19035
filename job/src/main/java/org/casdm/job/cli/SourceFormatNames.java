package org.casdm.job.cli;

import java.util.Arrays;
import java.util.Iterator;
import org.casdm.data.source.SourceFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Formats of sources by the names that users know. */
final class SourceFormatNames implements ITypeConverter<SourceFormat>, Iterable<String> {

    @Override
    public SourceFormat convert(String name) {
        try {
            return SourceFormat.of(name);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(SourceFormat.values()).map(SourceFormat::key).iterator();
    }
}
