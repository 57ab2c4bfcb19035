package org.casdm.job.testing;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files as {@code count:///path}: counts how often each is opened in this JVM. */
public final class CountingFileSystem extends RawLocalFileSystem {

    /** By the file's name. Hadoop makes the instances, so the counts cannot be theirs. */
    public static final Map<String, Integer> OPENED = new ConcurrentHashMap<>();

    @Override
    public URI getUri() {
        return URI.create("count:///");
    }

    @Override
    public String getScheme() {
        return "count";
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        OPENED.merge(path.getName(), 1, Integer::sum);
        return super.open(path, bufferSize);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        var status = super.getFileStatus(path);
        status.setPath(path);
        return status;
    }
}
