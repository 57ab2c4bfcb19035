package org.casdm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.casdm.checkpoint.CheckpointExamples.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.checkpoint.FaultyFileSystem.Fault;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whenever a writer fails or dies, what can be read is the old checkpoint or the new one, whole. */
class CheckpointCrashIT {

    @TempDir
    Path folder;

    private FileSystem fileSystem;

    @BeforeEach
    void open() throws IOException {
        fileSystem =
                new FaultyFileSystem(FileSystem.getLocal(new Configuration()).getRawFileSystem(), Fault.NONE, 0);
    }

    private org.apache.hadoop.fs.Path root(String name) {
        return new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
    }

    @FunctionalInterface
    private interface Work {
        void on(CheckpointStore store) throws IOException;
    }

    @FunctionalInterface
    private interface Check {
        void holds(CheckpointStore healthy, boolean finished) throws IOException;
    }

    /**
     * Does the work on a fresh folder each time, failing before, in and after each operation and at many places
     * between the bytes; the last time without a failure.
     */
    private void failEverywhere(Fault fault, Work preparation, Work work, Check check) throws IOException {
        var rehearsed = new CheckpointStore(fileSystem, root("rehearsal"));
        preparation.on(rehearsed);
        var rehearsal = new FaultyFileSystem(fileSystem, Fault.NONE, 0);
        work.on(new CheckpointStore(rehearsal, root("rehearsal")));
        var budgets = new TreeSet<Long>();
        for (var operation : rehearsal.operations()) {
            budgets.addAll(List.of(operation - 1, operation));
        }
        for (var unit = 0L; unit < rehearsal.used(); unit += 41) {
            budgets.add(unit);
        }
        assertThat(budgets.last()).isEqualTo(rehearsal.used());
        var failures = 0;
        for (var budget : budgets) {
            var root = root(fault + "-" + budget);
            var healthy = new CheckpointStore(fileSystem, root);
            preparation.on(healthy);
            var faulty = new FaultyFileSystem(fileSystem, fault, budget);
            var finished = false;
            try {
                work.on(new CheckpointStore(faulty, root));
                finished = true;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(root.getName());
                failures++;
            } catch (FSError e) {
                throw new AssertionError("an Error for a failing disk, at " + budget, e);
            }
            if (budget == rehearsal.used()) {
                assertThat(finished).isTrue();
            }
            check.holds(healthy, finished);
            fileSystem.delete(root, true);
        }
        assertThat(failures).isGreaterThan(5);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DEATH", "FULL_DISK", "HICCUP"})
    void writingIsAllOrNothing(Fault fault) throws IOException {
        var outcomes = new TreeSet<Long>();
        failEverywhere(
                fault,
                store -> store.write(checkpoint(100)),
                store -> store.write(checkpoint(200)),
                (store, finished) -> {
                    var loaded = store.loadLatest(CheckpointExamples::load).orElseThrow();
                    // Dead after the last byte and before the return: complete, although the writer never knew.
                    assertThat(loaded)
                            .isIn(
                                    finished
                                            ? new Long[] {200L}
                                            : fault == Fault.DEATH ? new Long[] {100L, 200L} : new Long[] {100L});
                    outcomes.add(loaded);
                    if (!finished && fault != Fault.DEATH) {
                        assertThat(fileSystem.exists(store.folder(200))).isFalse();
                    }
                    // The next start is not hindered by what was left.
                    store.write(checkpoint(200));
                    assertThat(store.loadLatest(CheckpointExamples::load)).contains(200L);
                });
        assertThat(outcomes).containsExactly(100L, 200L);
    }

    @Test
    void firstCheckpointOfARunIsAllOrNothing() throws IOException {
        failEverywhere(Fault.DEATH, store -> {}, store -> store.write(checkpoint(100)), (store, finished) -> {
            var loaded = store.loadLatest(CheckpointExamples::load);
            if (finished) {
                assertThat(loaded).contains(100L);
            }
            store.write(checkpoint(100));
            assertThat(store.loadLatest(CheckpointExamples::load)).contains(100L);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DEATH", "HICCUP"})
    void replacingACheckpointLeavesTheOneBefore(Fault fault) throws IOException {
        failEverywhere(
                fault,
                store -> {
                    store.write(checkpoint(100));
                    store.write(checkpoint(200));
                },
                store -> store.write(checkpoint(200)),
                (store, finished) -> assertThat(
                                store.loadLatest(CheckpointExamples::load).orElseThrow())
                        .isIn(100L, 200L));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DEATH", "HICCUP"})
    void removingOldCheckpointsNeverTouchesTheNewest(Fault fault) throws IOException {
        failEverywhere(
                fault,
                store -> {
                    for (var step = 100; step <= 500; step += 100) {
                        store.write(checkpoint(step));
                    }
                },
                store -> store.retain(new RetentionPolicy(2, 300), 500),
                (store, finished) -> {
                    var steps = new ArrayList<Long>();
                    for (var stored : store.list().complete()) {
                        steps.add(CheckpointExamples.load(stored));
                    }
                    assertThat(steps).contains(300L, 400L, 500L);
                    for (var incomplete : store.list().incomplete()) {
                        // Half removed is gone for every reader, not damaged.
                        assertThat(incomplete.reason()).contains("has no state.json");
                    }
                    store.retain(new RetentionPolicy(2, 300), 500);
                    assertThat(store.list().complete())
                            .extracting(StoredCheckpoint::step)
                            .containsExactly(300L, 400L, 500L);
                    assertThat(store.list().incomplete()).isEmpty();
                });
    }

    @Test
    void fullDiskIsReportedWithThePath() throws IOException {
        new CheckpointStore(fileSystem, root("run")).write(checkpoint(100));
        var full = new CheckpointStore(new FaultyFileSystem(fileSystem, Fault.FULL_DISK, 200), root("run"));
        assertThatThrownBy(() -> full.write(checkpoint(200)))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("000000200/model.safetensors: cannot be written", "No space left on device");
    }

    @Test
    void failureToReadIsNoReasonToFallBack() throws IOException {
        var healthy = new CheckpointStore(fileSystem, root("run"));
        healthy.write(checkpoint(100));
        healthy.write(checkpoint(200));
        var failed = 0;
        for (var budget = 0; ; budget++) {
            var faulty = new FaultyFileSystem(fileSystem, Fault.HICCUP, budget);
            var store = new CheckpointStore(faulty, root("run"));
            try {
                assertThat(store.loadLatest(CheckpointExamples::load)).contains(200L);
                if (faulty.used() <= budget) {
                    break;
                }
            } catch (IOException e) {
                assertThat(e).hasMessageStartingWith("simulated failure");
                failed++;
            }
        }
        assertThat(failed).isGreaterThan(5);
    }
}
