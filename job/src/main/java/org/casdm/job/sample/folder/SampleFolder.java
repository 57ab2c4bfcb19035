package org.casdm.job.sample.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.job.JobFailure;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.JsonChecksum;
import org.casdm.storage.Storage;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that images are drawn to.
 *
 * <p>{@code samples.json} says with which settings, and which parts there are; {@code _parts/} has a record of each
 * part, written by the task that has made it when the part is whole, so that nothing is lost with the driver. A part
 * counts if its record has the folder's settings and its files have the size that the record says. Several attempts at
 * a part write the same bytes, each file as a whole, so it does not matter which one wins.
 */
public final class SampleFolder {

    private static final Logger LOG = LoggerFactory.getLogger(SampleFolder.class);
    private static final String SAMPLES = "samples.json";
    private static final String RECORDS = "_parts";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private final FileSystem fileSystem;
    private final Path root;
    private final SampleSettings settings;
    private final String fingerprint;

    /**
     * What {@code samples.json} says.
     *
     * @param complete whether all images are there, in the files that {@code parts} lists
     * @param count images wanted: 0 to count - 1
     * @param settings {@link SampleSettings#describe}
     * @param run where the weights came from
     * @param program version of the program
     * @param parts in the order of their images; those that were there when this was written
     * @param npz all images in one file; null if there is none
     */
    public record Contents(
            boolean complete,
            long count,
            SortedMap<String, String> settings,
            String run,
            String program,
            List<Part> parts,
            ContentDigest npz) {

        public Contents {
            settings = new TreeMap<>(settings);
            parts = List.copyOf(parts);
        }
    }

    /** A part, and the fingerprint of the settings that it was made with. */
    private record PartRecord(String settings, Part part) {}

    /** The folder at a URI, which need not exist. */
    public SampleFolder(String location, SampleSettings settings, Configuration hadoop) throws IOException {
        var path = Storage.path(location);
        fileSystem = Storage.fileSystem(path, hadoop);
        root = fileSystem.makeQualified(path);
        this.settings = settings;
        fingerprint = Sha256.hex(settings.describe().toString().getBytes(StandardCharsets.UTF_8));
    }

    public Path root() {
        return root;
    }

    public FileSystem fileSystem() {
        return fileSystem;
    }

    /** A file of the folder. */
    public Path file(String name) {
        return new Path(root, name);
    }

    /**
     * Checks that the folder may be drawn to, and removes what killed processes have left half-written.
     *
     * @param count images wanted
     * @throws JobFailure if it holds something else, images with other settings, or more images than wanted
     */
    public void open(long count) throws IOException {
        var sizes = sizes();
        var contents = contents();
        if (contents.isEmpty() && sizes.keySet().stream().anyMatch(name -> !isTemporary(name))) {
            throw new JobFailure(root + " is not empty, and not a folder of samples: it has no " + SAMPLES
                    + ". Choose another --out");
        }
        if (contents.isPresent()) {
            requireSame(contents.get().settings());
            long held = contents.get().parts().stream()
                    .mapToLong(part -> part.range().end())
                    .max()
                    .orElse(0);
            if (count < held) {
                throw new JobFailure(root + " holds " + held + " images already: request at least as many, or choose"
                        + " another --out");
            }
        }
        removeRemains();
    }

    /** Removes what killed processes have left half-written; to be called when no task is running. */
    public void removeRemains() throws IOException {
        for (var name : sizes().keySet()) {
            if (isTemporary(name)) {
                fileSystem.delete(file(name), false);
            }
        }
    }

    private static boolean isTemporary(String name) {
        return AtomicFile.isTemporary(name.substring(name.lastIndexOf('/') + 1));
    }

    private void requireSame(SortedMap<String, String> before) {
        var now = settings.describe();
        var names = new TreeMap<>(before);
        names.putAll(now);
        var changes = names.keySet().stream()
                .filter(name -> !String.valueOf(before.get(name)).equals(now.get(name)))
                .map(name -> name + " was " + before.get(name) + ", is " + now.get(name))
                .toList();
        if (!changes.isEmpty()) {
            throw new JobFailure(root + " holds samples with other settings: " + String.join("; ", changes)
                    + ". Set these back, or choose another --out");
        }
    }

    /** What {@code samples.json} says; empty if there is none. */
    public Optional<Contents> contents() throws IOException {
        return read(file(SAMPLES), Contents.class);
    }

    /** Whether a file of that size is there. */
    public boolean has(String name, long bytes) throws IOException {
        try {
            return fileSystem.getFileStatus(file(name)).getLen() == bytes;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Removes a file, if it is there. */
    public void remove(String name) throws IOException {
        fileSystem.delete(file(name), false);
    }

    public void write(Contents contents) throws IOException {
        ObjectNode tree = JSON.valueToTree(contents);
        JsonChecksum.add(tree);
        AtomicFile.write(
                fileSystem, file(SAMPLES), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree));
    }

    private <T> Optional<T> read(Path path, Class<T> type) throws IOException {
        try (var stream = fileSystem.open(path)) {
            if (!(JSON.readTree(stream.readAllBytes()) instanceof ObjectNode tree)) {
                throw damaged(path, "it is not a JSON object");
            }
            if (!JsonChecksum.removeIfSound(tree)) {
                throw damaged(path, "its " + JsonChecksum.FIELD + " does not agree with the rest");
            }
            return Optional.of(JSON.treeToValue(tree, type));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw damaged(path, e.getOriginalMessage());
        } catch (CharConversionException e) {
            throw damaged(path, e.getMessage());
        }
    }

    private static JobFailure damaged(Path path, String what) {
        return new JobFailure(path + " is damaged: " + what + ". "
                + (path.getParent().getName().equals(RECORDS)
                        ? "Remove it: its images are then drawn again"
                        : "Restore it, or choose another --out"));
    }

    /** The size of every file, by its path within the folder. */
    private Map<String, Long> sizes() throws IOException {
        var sizes = new HashMap<String, Long>();
        String folder = root.toUri().getPath();
        int prefix = folder.endsWith("/") ? folder.length() : folder.length() + 1;
        try {
            var files = fileSystem.listFiles(root, true);
            while (files.hasNext()) {
                var file = files.next();
                sizes.put(file.getPath().toUri().getPath().substring(prefix), file.getLen());
            }
        } catch (FileNotFoundException e) {
            return Map.of();
        }
        return sizes;
    }

    /** Says that a part is whole; called by the task that has made it. */
    public void record(Part part) throws IOException {
        ObjectNode tree = JSON.valueToTree(new PartRecord(fingerprint, part));
        JsonChecksum.add(tree);
        AtomicFile.write(fileSystem, file(recordName(part.first())), JSON.writeValueAsBytes(tree));
    }

    private static String recordName(long first) {
        return RECORDS + "/" + String.format(Locale.ROOT, "part-%09d.json", first);
    }

    /** The parts that are whole, in the order of their images. */
    public List<Part> parts() throws IOException {
        var sizes = sizes();
        var found = new ArrayList<Part>();
        for (var name : sizes.keySet()) {
            if (name.startsWith(RECORDS + "/") && !isTemporary(name)) {
                part(name, sizes).ifPresent(found::add);
            }
        }
        found.sort(Comparator.comparingLong(Part::first));
        var parts = new ArrayList<Part>();
        long end = 0;
        for (var part : found) {
            if (part.first() >= end) {
                parts.add(part);
                end = part.range().end();
            }
        }
        return parts;
    }

    private Optional<Part> part(String recordName, Map<String, Long> sizes) throws IOException {
        var record = read(file(recordName), PartRecord.class);
        if (record.isEmpty() || !record.get().settings().equals(fingerprint)) {
            LOG.warn("{} has other settings: drawing its images again", file(recordName));
            return Optional.empty();
        }
        var part = record.get().part();
        long bytes = 0;
        for (var file : settings.storedAs().files(part.range(), settings.classes())) {
            bytes += sizes.getOrDefault(file, 0L);
        }
        if (bytes != part.bytes()) {
            LOG.warn(
                    "images {} to {} have {} bytes instead of {}: drawing them again",
                    part.first(),
                    part.range().end() - 1,
                    bytes,
                    part.bytes());
            return Optional.empty();
        }
        return Optional.of(part);
    }
}
