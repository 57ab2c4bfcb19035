package org.casdm.metric;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as stored statistics: read, or refused by name. */
class ReferenceStatisticsFuzzTest {

    private static final String NAME = "statistics.npz";
    private static final Configuration HADOOP = MemoryFiles.configuration();

    static Stream<byte[]> files() {
        return Stream.of("/metric/statistics.npz").map(Resources::bytes);
    }

    @MethodSource("files")
    @FuzzTest
    void read(byte[] content) {
        var path = MemoryFiles.file(NAME, content);
        Untrusted.isRead(NAME, () -> ReferenceStatistics.read(path.toString(), HADOOP));
    }
}
