package io.mural.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyTaskRunsOnceAndHasRunWhenTheCallReturns(int count) {
        try (var threads = new Threads(count)) {
            for (int tasks : new int[] {0, 1, 2, 5, 100}) {
                for (int time = 0; time < 200; time++) {
                    var runs = new AtomicIntegerArray(Math.max(1, tasks));
                    threads.run(tasks, (task, worker) -> {
                        assertThat(worker).isBetween(0, count - 1);
                        runs.incrementAndGet(task);
                    });
                    for (int task = 0; task < tasks; task++) {
                        assertThat(runs.get(task)).isEqualTo(1);
                    }
                }
            }
        }
    }

    @Test
    void aWorkerRunsOneTaskAtATime() {
        try (var threads = new Threads(3)) {
            var busy = new AtomicIntegerArray(3);
            var clashes = new AtomicInteger();
            threads.run(500, (task, worker) -> {
                if (busy.incrementAndGet(worker) > 1) {
                    clashes.incrementAndGet();
                }
                Thread.onSpinWait();
                busy.decrementAndGet(worker);
            });
            assertThat(clashes).hasValue(0);
        }
    }

    @Test
    void helpersThatFellAsleepComeBack() throws InterruptedException {
        try (var threads = new Threads(2)) {
            for (int time = 0; time < 5; time++) {
                Thread.sleep(5);
                var runs = new AtomicInteger();
                threads.run(10, (task, worker) -> runs.incrementAndGet());
                assertThat(runs).hasValue(10);
            }
        }
    }

    @Test
    void anExceptionOfATaskReachesTheCallerAndTheThreadsStayUsable() {
        try (var threads = new Threads(2)) {
            assertThatThrownBy(() -> threads.run(50, (task, worker) -> {
                        if (task == 7) {
                            throw new IllegalStateException("task 7");
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("task 7");
            var runs = new AtomicInteger();
            threads.run(50, (task, worker) -> runs.incrementAndGet());
            assertThat(runs).hasValue(50);
        }
    }

    @Test
    void anInterruptWaitsForTheWorkAndIsNotLost() {
        try (var threads = new Threads(2)) {
            var runs = new AtomicInteger();
            Thread.currentThread().interrupt();
            threads.run(20, (task, worker) -> runs.incrementAndGet());
            assertThat(runs).hasValue(20);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void noThreadsIsRefused() {
        assertThatThrownBy(() -> new Threads(0)).hasMessageContaining("at least one thread");
    }
}
