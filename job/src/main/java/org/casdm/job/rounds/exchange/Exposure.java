package org.casdm.job.rounds.exchange;

import java.nio.ByteBuffer;

/**
 * Memory that others may read. It counts its readers: its owner gets the memory back when it is withdrawn and the last
 * one has gone, be it a socket of which the other side has not read for minutes. Before that nobody may free it, or a
 * read would end the JVM.
 */
public final class Exposure {

    private final String name;
    private BlockMemory memory;
    private Runnable whenUnused;
    private int readers;
    private boolean withdrawn;

    /**
     * @param memory     what is read
     * @param whenUnused called once, on any thread, when nobody reads the memory and nobody will
     */
    Exposure(String name, BlockMemory memory, Runnable whenUnused) {
        this.name = name;
        this.memory = memory;
        this.whenUnused = whenUnused;
    }

    /** The name that it was exposed under. */
    public String name() {
        return name;
    }

    /**
     * Begins to read a block.
     *
     * @throws IllegalStateException if it is withdrawn
     */
    synchronized ByteBuffer acquire(int block) {
        if (withdrawn) {
            throw new IllegalStateException(name + " is no longer exposed");
        }
        ByteBuffer buffer = memory.block(block);
        readers++;
        return buffer;
    }

    /** Begins another read of a block that is being read. */
    synchronized void retain() {
        readers++;
    }

    /** Ends a read. */
    void release() {
        Runnable action = null;
        synchronized (this) {
            readers--;
            if (readers == 0 && withdrawn) {
                action = whenUnused;
            }
        }
        if (action != null) {
            action.run();
        }
    }

    /** Lets no new reader in, and gives the memory back as soon as there is none. */
    void withdraw() {
        boolean unused;
        synchronized (this) {
            if (withdrawn) {
                return;
            }
            withdrawn = true;
            unused = readers == 0;
        }
        if (unused) {
            whenUnused.run();
        }
    }

    /**
     * Exposes a copy in place of the memory, if nobody reads at this moment. The memory is the caller's then, and
     * {@code whenUnused} of it is not called.
     *
     * @return whether it was done
     */
    public synchronized boolean replace(BlockMemory copy, Runnable whenCopyUnused) {
        if (withdrawn || readers > 0) {
            return false;
        }
        memory = copy;
        whenUnused = whenCopyUnused;
        return true;
    }

    /** Reads under way. */
    synchronized int readers() {
        return readers;
    }
}
