package org.casdm.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.ConfigLoader;
import org.casdm.config.ConfigText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The networks of published checkpoints, described in this program's settings, have the published names and shapes. */
class PublishedUNetsTest {

    private static final String GUIDED =
            "channels = 256, attention-resolutions = [32, 16, 8], num-head-channels = 64," + " resblock-updown = true";

    private static Map<String, List<Long>> published(String name) throws IOException {
        try (var stream =
                new GZIPInputStream(PublishedUNetsTest.class.getResourceAsStream("/golden/published_unets.json.gz"))) {
            var shapes = new LinkedHashMap<String, List<Long>>();
            new ObjectMapper().readTree(stream).get(name).fields().forEachRemaining(field -> {
                var sizes = StreamSupport.stream(field.getValue().spliterator(), false);
                shapes.put(field.getKey(), sizes.map(JsonNode::asLong).toList());
            });
            return shapes;
        }
    }

    private static UNetSpec theta(int size, int classes, String theta) {
        var text = "data { size = " + size + " }, model { kind = ddpm, classes = " + classes
                + ", theta { learn-sigma = true, " + theta + " } }";
        return ConfiguredModel.of(ConfigLoader.load(Optional.of(new ConfigText("test.conf", text)), List.of()))
                .theta();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "improved-cifar10 | 32 | 0 | res-blocks = 3",
                "improved-imagenet64 | 64 | 0 | channel-mult = [1, 2, 3, 4], res-blocks = 3",
                "improved-imagenet64-classes | 64 | 1000 | channels = 192, channel-mult = [1, 2, 3, 4], res-blocks = 3",
                "improved-lsun256 | 256 | 0 | channel-mult = [1, 1, 2, 2, 4, 4], heads = 1, scale-shift-norm = false,"
                        + " attention-resolutions = [16]",
                "guided-64 | 64 | 1000 | GUIDED, channels = 192, channel-mult = [1, 2, 3, 4], res-blocks = 3",
                "guided-128 | 128 | 1000 | GUIDED, channel-mult = [1, 1, 2, 3, 4], num-head-channels = null",
                "guided-256 | 256 | 1000 | GUIDED, channel-mult = [1, 1, 2, 2, 4, 4]",
                "guided-256-unconditional | 256 | 0 | GUIDED, channel-mult = [1, 1, 2, 2, 4, 4]",
                "guided-512 | 512 | 1000 | GUIDED, channel-mult = [0.5, 1, 1, 2, 2, 4, 4]"
            })
    void namesAndShapesAreThePublishedOnes(String name, int size, int classes, String settings) throws IOException {
        var ours = new LinkedHashMap<String, List<Long>>();
        UNetParameters.of(theta(size, classes, settings.replace("GUIDED", GUIDED)))
                .all()
                .forEach(parameter -> ours.put(
                        parameter.name(),
                        Arrays.stream(parameter.fileShape()).boxed().toList()));
        assertThat(ours).containsExactlyInAnyOrderEntriesOf(published(name));
    }
}
