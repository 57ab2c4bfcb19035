package org.casdm.data.source;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under another name, {@code remote:}, so that it is read as a store elsewhere is. */
public final class RemoteFiles extends RawLocalFileSystem {
    private static final URI ROOT = URI.create("remote:///");
    private static final String LENGTH = "remote.length-of-everything";

    /** A configuration that knows it. */
    static Configuration configuration() {
        var configuration = new Configuration();
        configuration.set("fs.remote.impl", RemoteFiles.class.getName());
        configuration.setBoolean("fs.remote.impl.disable.cache", true);
        return configuration;
    }

    /** A configuration under which every file claims to be this long. */
    static Configuration claiming(long length) {
        var configuration = configuration();
        configuration.setLong(LENGTH, length);
        return configuration;
    }

    static String uri(java.nio.file.Path path) {
        return "remote://" + path;
    }

    @Override
    public URI getUri() {
        return ROOT;
    }

    @Override
    public String getScheme() {
        return "remote";
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        FileStatus status = super.getFileStatus(path);
        long claimed = getConf().getLong(LENGTH, status.getLen());
        return status.isFile() ? new FileStatus(claimed, false, 1, 1 << 20, 0, status.getPath()) : status;
    }
}
