package org.casdm.data.shard;

/** Parquet reads the file, but its content is not a shard. The reader adds the file's name. */
final class MalformedShardException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedShardException(String message) {
        super(message);
    }
}
