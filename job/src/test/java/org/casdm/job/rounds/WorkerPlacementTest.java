package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.casdm.job.rounds.average.WorkerGroups;
import org.junit.jupiter.api.Test;

class WorkerPlacementTest {

    private static final WorkerGroups PAIRS = new WorkerGroups(4, 2);

    @Test
    void groupsDealtAtRandom_getAHostEach() {
        var hosts = Map.of("0", "a", "1", "a", "2", "b", "3", "b");
        var chosen = WorkerPlacement.choose(PAIRS, Map.of(0, "0", 1, "2", 2, "1", 3, "3"), hosts);
        assertThat(chosen).containsExactlyInAnyOrderEntriesOf(Map.of(0, "0", 1, "1", 2, "2", 3, "3"));
        assertThat(WorkerPlacement.choose(PAIRS, chosen, hosts)).isEqualTo(chosen);
    }

    @Test
    void groupWithoutAnExecutor_takesTheHostWithRoom() {
        // Executor 1 is gone, executor 4 has come elsewhere.
        var hosts = Map.of("0", "a", "2", "b", "3", "b", "4", "a");
        assertThat(WorkerPlacement.choose(PAIRS, Map.of(0, "0", 1, "1", 2, "2", 3, "3"), hosts))
                .containsExactlyInAnyOrderEntriesOf(Map.of(0, "0", 1, "4", 2, "2", 3, "3"));
    }

    @Test
    void hostsWithoutRoomForAGroup_areFilledAsFarAsTheyGo() {
        var hosts = Map.of("0", "a", "1", "b", "2", "b", "3", "b");
        var chosen = WorkerPlacement.choose(PAIRS, Map.of(0, "0", 1, "1", 2, "2", 3, "3"), hosts);
        assertThat(chosen)
                .containsEntry(0, "2")
                .containsEntry(1, "1")
                .containsEntry(3, "3")
                .doesNotContainKey(2);
    }

    @Test
    void severalWorkersOfOneExecutor_areAGroup() {
        var hosts = Map.of("0", "a", "1", "b");
        assertThat(WorkerPlacement.choose(PAIRS, Map.of(0, "1", 1, "1", 2, "0", 3, "0"), hosts))
                .containsExactlyInAnyOrderEntriesOf(Map.of(0, "1", 1, "1", 2, "0", 3, "0"));
    }

    @Test
    void workersWithoutGroups_stayWhereTheyWereButNoMoreThanTheirShare() {
        var hosts = Map.of("0", "a", "1", "b");
        assertThat(WorkerPlacement.choose(new WorkerGroups(4, 1), Map.of(0, "0", 1, "0", 2, "0", 3, "9"), hosts))
                .containsExactlyInAnyOrderEntriesOf(Map.of(0, "0", 1, "0"));
    }
}
