package org.casdm.job.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.failure.DataException;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data folder under way:
 *
 * <pre>
 *   dataset.json, part-00000.parquet ...            images to train on
 *   held-out/dataset.json, part-00000.parquet ...   the others
 *   _prepare/plan.json                              what the folder is made of
 *   _prepare/00000.json ...                         shards that are done; removed at the end
 * </pre>
 */
final class PrepareFolder {

    private static final Logger LOG = LoggerFactory.getLogger(PrepareFolder.class);
    private static final String HELD_OUT = "held-out";
    private static final String WORK = "_prepare";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final FileSystem fileSystem;
    private final Path root;
    private final Path work;
    private final Path planFile;

    private PrepareFolder(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = fileSystem.makeQualified(root);
        work = new Path(this.root, WORK);
        planFile = new Path(work, "plan.json");
    }

    /** The folder at a URI, which need not exist. */
    static PrepareFolder at(String uri, Configuration hadoop) throws IOException {
        var path = Storage.path(uri);
        return new PrepareFolder(Storage.fileSystem(path, hadoop), path);
    }

    Path root() {
        return root;
    }

    FileSystem fileSystem() {
        return fileSystem;
    }

    /** Where a partition's shard lies. */
    Path splitFolder(boolean heldOut) {
        return heldOut ? new Path(root, HELD_OUT) : root;
    }

    static String shardName(int number) {
        return String.format(Locale.ROOT, "part-%05d.parquet", number);
    }

    /** Whether all is done: the description for training is written last. */
    boolean isComplete() throws IOException {
        return DatasetDescription.isIn(fileSystem, root);
    }

    /** The plan that the folder was begun with. */
    Optional<PreparePlan> plan() throws IOException {
        return read(planFile, PreparePlan.class);
    }

    /**
     * Takes the folder for a plan.
     *
     * @throws DataException when something else is there
     */
    void begin(PreparePlan plan) throws IOException {
        var begun = plan();
        if (begun.isPresent()) {
            var differences = begun.get().differences(plan);
            if (!differences.isEmpty()) {
                throw new DataException(root + " holds, or was begun with, another data set: "
                        + String.join("; ", differences) + ". Choose another folder, or remove this one");
            }
            LOG.info("{} was begun before: resuming", root);
            return;
        }
        var entries = entries(root);
        if (entries.length > 0) {
            throw new DataException(root + " is not empty: it holds "
                    + entries[0].getPath().getName() + ". Choose another folder, or remove this one");
        }
        write(planFile, plan);
    }

    /** Notes that a shard is written, with what is to be said of it. */
    void finished(ShardResult result) throws IOException {
        write(resultFile(result.partition()), result);
    }

    /** The shards that an earlier start of the job has written, and that are still there. */
    List<ShardResult> finishedShards(ShardLayout layout) throws IOException {
        var results = new ArrayList<ShardResult>();
        for (var entry : entries(work)) {
            if (entry.getPath().getName().matches("\\d+\\.json")) {
                var result = read(entry.getPath(), ShardResult.class).orElseThrow();
                if (isThere(result, layout)) {
                    results.add(result);
                }
            }
        }
        return results;
    }

    private boolean isThere(ShardResult result, ShardLayout layout) throws IOException {
        if (result.file().isEmpty()) {
            return true;
        }
        var file = new Path(
                splitFolder(layout.isHeldOut(result.partition())),
                result.shard().name());
        try {
            return fileSystem.getFileStatus(file).getLen() == result.shard().bytes();
        } catch (FileNotFoundException e) {
            LOG.warn("{} has disappeared: writing it again", file);
            return false;
        }
    }

    /** Removes what is needed no longer: notes, and files of processes that were killed. The plan stays. */
    void cleanUp() throws IOException {
        for (var folder : List.of(work, root, splitFolder(true))) {
            for (var entry : entries(folder)) {
                var name = entry.getPath().getName();
                if (AtomicFile.isTemporary(name) || folder.equals(work) && name.matches("\\d+\\.json")) {
                    fileSystem.delete(entry.getPath(), false);
                }
            }
        }
    }

    private FileStatus[] entries(Path folder) throws IOException {
        try {
            return fileSystem.listStatus(folder);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    private Path resultFile(int partition) {
        return new Path(work, String.format(Locale.ROOT, "%05d.json", partition));
    }

    private void write(Path file, Object content) throws IOException {
        AtomicFile.write(fileSystem, file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
    }

    private <T> Optional<T> read(Path file, Class<T> type) throws IOException {
        try (var stream = fileSystem.open(file)) {
            return Optional.of(JSON.readValue(stream.readAllBytes(), type));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new DataException(
                    file + " is damaged: " + e.getOriginalMessage() + ". Remove the folder " + root
                            + " and start again",
                    e);
        }
    }
}
