package io.mural.server.jobs;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Events in the order they came, for listeners that come and go. The oldest are forgotten. */
public final class EventLog {
    private final int most;
    private final Deque<Event> events = new ArrayDeque<>();
    private long last;

    /** @param data as JSON has it */
    public record Event(long id, String name, Object data) {}

    EventLog(int most) {
        this.most = most;
    }

    synchronized void add(String name, Object data) {
        events.addLast(new Event(++last, name, data));
        if (events.size() > most) {
            events.removeFirst();
        }
        notifyAll();
    }

    /** Number of the latest event. */
    public synchronized long last() {
        return last;
    }

    /** Events after a number; waits for the first of them, at most {@code time}. */
    public synchronized List<Event> after(long id, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (last <= id) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return List.of();
            }
            wait(left);
        }
        return events.stream().filter(event -> event.id() > id).toList();
    }
}
