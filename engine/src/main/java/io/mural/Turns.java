package io.mural;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;

/** Who may use a model: one at a time, in the order they came. */
final class Turns {
    private final Deque<Ticket> queue = new ArrayDeque<>();

    /** A place in the queue. */
    static final class Ticket {
        private Thread holder; // null while it waits
    }

    /** Takes the last place. */
    synchronized Ticket take() {
        var ticket = new Ticket();
        queue.addLast(ticket);
        return ticket;
    }

    /** Takes the turn if nobody has it and nobody waits for it. */
    synchronized Optional<Ticket> takeIfFree() {
        if (!queue.isEmpty()) {
            return Optional.empty();
        }
        var ticket = take();
        ticket.holder = Thread.currentThread();
        return Optional.of(ticket);
    }

    /** Returns when the ticket's turn has come. */
    synchronized void await(Ticket ticket) throws InterruptedException {
        while (queue.peekFirst() != ticket) {
            wait();
        }
        ticket.holder = Thread.currentThread();
    }

    /** Gives the place back, whether its turn has come or not. */
    synchronized void leave(Ticket ticket) {
        queue.remove(ticket);
        notifyAll();
    }

    /** Tickets before this one; 0 while it has its turn. */
    synchronized int before(Ticket ticket) {
        int before = 0;
        for (var each : queue) {
            if (each == ticket) {
                return before;
            }
            before++;
        }
        return 0;
    }

    /** Whether it is this thread's turn: what it asks for then needs no ticket. */
    synchronized boolean isHeldByThisThread() {
        var first = queue.peekFirst();
        return first != null && Objects.equals(first.holder, Thread.currentThread());
    }
}
