package org.casdm.job.prepare;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardReader;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.tensor.Sha256;

/** Settings and contents of data folders, for tests. */
public final class PreparedFolders {

    private PreparedFolders() {}

    public static PrepareSettings settings(String source, String out, int imagesPerShard) {
        return new PrepareSettings(
                source,
                SourceFormat.AUTO,
                LabelRule.AUTO,
                out,
                16,
                7,
                0,
                OptionalInt.of(imagesPerShard),
                0.2,
                SourceLimits.DEFAULT);
    }

    static PrepareSettings holdingOut(PrepareSettings settings, double fraction) {
        return new PrepareSettings(
                settings.source(),
                settings.format(),
                settings.labels(),
                settings.out(),
                settings.size(),
                settings.seed(),
                fraction,
                settings.imagesPerShard(),
                settings.maximumBadFraction(),
                settings.limits());
    }

    static PrepareSettings labelled(PrepareSettings settings, LabelRule labels) {
        return new PrepareSettings(
                settings.source(),
                settings.format(),
                labels,
                settings.out(),
                settings.size(),
                settings.seed(),
                settings.heldOutFraction(),
                settings.imagesPerShard(),
                settings.maximumBadFraction(),
                settings.limits());
    }

    static PrepareSettings allowing(PrepareSettings settings, double badFraction) {
        return new PrepareSettings(
                settings.source(),
                settings.format(),
                settings.labels(),
                settings.out(),
                settings.size(),
                settings.seed(),
                settings.heldOutFraction(),
                settings.imagesPerShard(),
                badFraction,
                settings.limits());
    }

    /** Label and SHA-256 of the pixels of all images, by id. */
    static Map<String, String> content(FileSystem fileSystem, Path folder) throws IOException {
        var description = DatasetDescription.read(fileSystem, folder);
        var content = new TreeMap<String, String>();
        int bytes = description.size() * description.size() * 3;
        for (var shard : description.shards()) {
            try (var reader = ShardReader.open(fileSystem, folder, shard, description.size())) {
                for (int group = 0; group < reader.rowGroups().size(); group++) {
                    var images = reader.readRowGroup(group);
                    for (int i = 0; i < images.count(); i++) {
                        var pixels = java.util.Arrays.copyOfRange(images.pixels(), i * bytes, (i + 1) * bytes);
                        if (content.put(images.ids().get(i), images.labels()[i] + " " + Sha256.hex(pixels)) != null) {
                            throw new AssertionError(images.ids().get(i) + " is there twice");
                        }
                    }
                }
            }
        }
        return content;
    }
}
