package org.casdm.data;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;

/** Many relative paths in two arrays: a million of them as strings would take a hundred megabytes and more. */
final class PathList implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] text;
    private final int[] ends;

    /** @throws DataException when the paths together exceed 2 GiB */
    PathList(Collection<String> paths) throws DataException {
        long length = 0;
        for (String path : paths) {
            length += path.getBytes(StandardCharsets.UTF_8).length;
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw new DataException(String.format(
                    Locale.ROOT, "the names of %d files take %d bytes; split the data set", paths.size(), length));
        }
        text = new byte[(int) length];
        ends = new int[paths.size()];
        int end = 0;
        int index = 0;
        for (String path : paths) {
            byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(bytes, 0, text, end, bytes.length);
            end += bytes.length;
            ends[index++] = end;
        }
    }

    int size() {
        return ends.length;
    }

    String get(int index) {
        int start = index == 0 ? 0 : ends[index - 1];
        return new String(text, start, ends[index] - start, StandardCharsets.UTF_8);
    }
}
