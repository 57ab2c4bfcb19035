package org.casdm.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of a run: JSON lines in parts, {@code part-<step of the first line>.jsonl}. Object stores cannot append
 * to an object, so each flush makes a new part.
 *
 * <p>A run that resumes from a checkpoint rewrites history from there: {@link #resume} removes the parts that begin
 * after the checkpoint's step. {@link #flush} is to be called before each checkpoint is written, so that no part
 * reaches over a checkpoint and nothing is lost that a checkpoint covers. Should a part reach over one all the
 * same, its lines count only up to the first step of the next part. So {@link #readAll} finds each step once, as it
 * was written last.
 */
public final class MetricsLog {

    private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
    private static final Pattern PART_NAME = Pattern.compile("part-(" + StepName.PATTERN + ")\\.jsonl");
    private static final String STEP = "step";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final FileSystem fileSystem;
    private final Path folder;
    private final int linesPerPart;
    private final Duration longestWait;
    private final InstantSource clock;
    private final List<MetricsLine> pending = new ArrayList<>();
    private Instant pendingSince;
    private long lastStep = Long.MIN_VALUE;

    private record Part(long firstStep, Path path) {}

    /**
     * @param folder       need not exist
     * @param linesPerPart a part is written when so many lines have come
     * @param longestWait  ... or when the oldest line has waited for so long and another comes
     */
    public MetricsLog(FileSystem fileSystem, Path folder, int linesPerPart, Duration longestWait, InstantSource clock) {
        if (linesPerPart < 1) {
            throw new IllegalArgumentException("a part has at least one line, not " + linesPerPart);
        }
        this.fileSystem = fileSystem;
        this.folder = folder;
        this.linesPerPart = linesPerPart;
        this.longestWait = longestWait;
        this.clock = clock;
    }

    /** Drops what was measured after the step from which the run resumes; -1 or less for a run that starts over. */
    public void resume(long step) throws IOException {
        var parts = parts();
        // The last part first: if this breaks off, what is left has no gap.
        for (var i = parts.size() - 1; i >= 0 && parts.get(i).firstStep() > step; i--) {
            fileSystem.delete(parts.get(i).path(), false);
        }
        pending.clear();
        lastStep = step;
    }

    /**
     * Takes a line.
     *
     * @param values what Jackson makes a JSON object of; numbers that are not finite become texts ("NaN")
     * @throws IllegalArgumentException if the step is not after the step of the line before
     * @throws IOException              if a part is due and cannot be written; the lines are kept for the next flush
     */
    public void append(long step, Map<String, ?> values) throws IOException {
        if (step <= lastStep || step < 0) {
            throw new IllegalArgumentException("metrics of step " + step + " come after those of step " + lastStep);
        }
        var line = JSON.createObjectNode().put(STEP, step);
        line.setAll((ObjectNode) JSON.valueToTree(values));
        line.put(STEP, step);
        if (pending.isEmpty()) {
            pendingSince = clock.instant();
        }
        pending.add(new MetricsLine(step, line));
        lastStep = step;
        if (pending.size() >= linesPerPart
                || Duration.between(pendingSince, clock.instant()).compareTo(longestWait) >= 0) {
            flush();
        }
    }

    /**
     * Writes what has come since the last flush.
     *
     * @throws IOException naming the part that could not be written; its lines are kept for the next flush
     */
    public void flush() throws IOException {
        if (pending.isEmpty()) {
            return;
        }
        var text = new ByteArrayOutputStream();
        for (var line : pending) {
            text.write(JSON.writeValueAsBytes(line.values()));
            text.write('\n');
        }
        var path = new Path(folder, "part-" + StepName.of(pending.get(0).step()) + ".jsonl");
        FileSystemFiles.write(fileSystem, path, text.toByteArray());
        pending.clear();
    }

    /**
     * All lines that have been flushed, by step.
     *
     * @throws IOException naming file and line if one cannot be understood; a last line that is cut off, as a writer
     *                     that was killed leaves it, is left out with a warning
     */
    public List<MetricsLine> readAll() throws IOException {
        var parts = parts();
        var lines = new ArrayList<MetricsLine>();
        for (var i = 0; i < parts.size(); i++) {
            var end = i + 1 < parts.size() ? parts.get(i + 1).firstStep() : Long.MAX_VALUE;
            readPart(parts.get(i)).stream().filter(line -> line.step() < end).forEach(lines::add);
        }
        return List.copyOf(lines);
    }

    private List<MetricsLine> readPart(Part part) throws IOException {
        var bytes = FileSystemFiles.readIfPresent(fileSystem, part.path());
        if (bytes.isEmpty()) {
            // Removed since the folder was listed.
            return List.of();
        }
        var text = new String(bytes.get(), StandardCharsets.UTF_8);
        var wholeEnd = text.lastIndexOf('\n') + 1;
        if (wholeEnd < text.length()) {
            LOG.warn("{}: the last line is incomplete and ignored", part.path());
        }
        var lines = new ArrayList<MetricsLine>();
        for (var line : text.substring(0, wholeEnd).lines().toList()) {
            lines.add(parse(line)
                    .orElseThrow(() -> new IOException(part.path() + ": line " + (lines.size() + 1)
                            + " is not a JSON object with a " + STEP + ": " + line)));
        }
        return lines;
    }

    private static Optional<MetricsLine> parse(String line) {
        try {
            return JSON.readTree(line) instanceof ObjectNode values
                            && values.path(STEP).canConvertToLong()
                    ? Optional.of(new MetricsLine(values.path(STEP).asLong(), values))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private List<Part> parts() throws IOException {
        try {
            return Stream.of(fileSystem.listStatus(folder))
                    .map(file -> part(file.getPath()))
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparingLong(Part::firstStep))
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private static Optional<Part> part(Path path) {
        var name = PART_NAME.matcher(path.getName());
        return name.matches() ? Optional.of(new Part(Long.parseLong(name.group(1)), path)) : Optional.empty();
    }
}
