package io.mural.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.spark.Assayed.Kind;
import io.mural.spark.Cut.Sum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("spark")
class CutTest {
    private static final Kind LARGE = new Kind("dev", 100);
    private static final Kind SMALL = new Kind("dev", 1);
    private static final Kind OTHER = new Kind("klein", 50);

    @Test
    void largePicturesComeFirstEachInATaskAndSmallOnesShareThem() {
        var cut = new Cut(Map.of(LARGE, new Sum(2, 2000), SMALL, new Sum(25, 250), OTHER, new Sum(1, 5)), 100);

        assertThat(IntStream.range(0, 2).map(i -> cut.task(LARGE, i))).containsExactly(0, 1);
        assertThat(IntStream.range(0, 25).map(i -> cut.task(SMALL, i)).boxed().toList())
                .isSorted()
                .startsWith(2)
                .endsWith(4)
                .filteredOn(task -> task == 2)
                .hasSize(10);
        assertThat(cut.task(OTHER, 0)).as("a task has one model").isEqualTo(5);
        assertThat(cut.tasks()).isEqualTo(6);
    }

    @Test
    void everyTaskHasAPicture() {
        for (double seconds : new double[] {0.1, 1 / 3.0, 7, 1e9}) {
            var cut = new Cut(Map.of(LARGE, new Sum(97, 97 * 2.9), SMALL, new Sum(1000, 1000 * 0.3)), seconds);
            var tasks = new HashMap<Integer, Integer>();
            IntStream.range(0, 97).forEach(i -> tasks.merge(cut.task(LARGE, i), 1, Integer::sum));
            IntStream.range(0, 1000).forEach(i -> tasks.merge(cut.task(SMALL, i), 1, Integer::sum));
            assertThat(tasks).hasSize(cut.tasks()).containsKeys(0, cut.tasks() - 1);
        }
    }

    @Test
    void aRowOfManyPicturesIsCutWhereTasksEnd() {
        var cut = new Cut(Map.of(SMALL, new Sum(1_000_000, 1_000_000)), 300);
        long at = 0;
        while (at < 1_000_000) {
            int together = cut.together(SMALL, at, (int) (1_000_000 - at));
            assertThat(cut.task(SMALL, at + together - 1)).isEqualTo(cut.task(SMALL, at));
            assertThat(together).isBetween(1, 300);
            at += together;
            if (at < 1_000_000) {
                assertThat(cut.task(SMALL, at)).isEqualTo(cut.task(SMALL, at - 1) + 1);
            }
        }
        assertThat(at).isEqualTo(1_000_000);
    }

    @Test
    void rowsThatCannotBeMadeTakeNoTime() {
        var faulty = new Kind("", 0);
        var cut = new Cut(Map.of(faulty, new Sum(500, 0)), 0);

        assertThat(cut.task(faulty, 499)).isZero();
        assertThat(cut.tasks()).isEqualTo(1);
    }

    @Test
    void partsCountOnWhereTheOnesBeforeThemEnd() {
        assertThat(Cut.starts(List.of(
                        Map.of(LARGE, new Sum(3, 1), SMALL, new Sum(5, 1)),
                        Map.of(SMALL, new Sum(2, 1)),
                        Map.of(LARGE, new Sum(1, 1), SMALL, new Sum(1, 1)))))
                .containsExactly(Map.of(LARGE, 0L, SMALL, 0L), Map.of(SMALL, 5L), Map.of(LARGE, 3L, SMALL, 7L));
    }
}
