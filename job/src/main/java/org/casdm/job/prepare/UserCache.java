package org.casdm.job.prepare;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where programs keep what they can make again: the XDG Base Directory Specification's folder, or a temporary one. */
final class UserCache {

    private UserCache() {}

    /** The program's folder for caches, which need not exist yet. */
    static Path folder() {
        var named = System.getenv("XDG_CACHE_HOME");
        var home = Path.of(System.getProperty("user.home"));
        Path caches = named != null && Path.of(named).isAbsolute() ? Path.of(named) : home.resolve(".cache");
        // A user without a home of their own, as in containers.
        boolean writable = Files.isWritable(caches) || !Files.exists(caches) && Files.isWritable(caches.getParent());
        return writable
                ? caches.resolve("casdm")
                : Path.of(System.getProperty("java.io.tmpdir"), "casdm-cache-" + System.getProperty("user.name"));
    }
}
