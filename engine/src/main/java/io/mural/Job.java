package io.mural;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Pictures that are made on a thread of their own, when the jobs before them are done. */
public final class Job {
    private final Turns turns;
    private final Turns.Ticket ticket;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile State state = State.QUEUED;
    private volatile boolean cancelled;
    private List<Picture> pictures = List.of();
    private Throwable failure; // null unless it failed

    /** How far a job is. */
    public enum State {
        QUEUED,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    /** @param work makes the pictures; interrupted when the job is cancelled */
    Job(Turns turns, Supplier<List<Picture>> work) {
        this.turns = turns;
        ticket = turns.take();
        thread = Thread.ofPlatform().daemon().name("mural-job").start(() -> run(work));
    }

    private void run(Supplier<List<Picture>> work) {
        try {
            turns.await(ticket);
            state = State.RUNNING;
            pictures = work.get();
            state = State.DONE;
        } catch (InterruptedException e) {
            fail(e);
        } catch (Throwable e) {
            // Whatever it is, an error such as a lack of memory too: the one who joins is told.
            fail(e);
        } finally {
            turns.leave(ticket);
            ended.countDown();
        }
    }

    private void fail(Throwable e) {
        failure = e;
        state = cancelled || e instanceof CancellationException ? State.CANCELLED : State.FAILED;
    }

    public State state() {
        return state;
    }

    /** Jobs before this one; 0 when it runs or is over. */
    public int before() {
        return turns.before(ticket);
    }

    /** Takes the job out of the queue, or stops it at the next unit of the model. What it has finished stays. */
    public void cancel() {
        cancelled = true;
        thread.interrupt();
    }

    /**
     * Waits for the job's picture, the first if it makes several.
     *
     * @throws io.mural.tensor.InputException if what was asked for cannot be made
     * @throws CancelledException if the job was cancelled
     */
    public Picture join() throws InterruptedException {
        return pictures().getFirst();
    }

    /** Waits for all pictures, as {@link #join}. */
    public List<Picture> pictures() throws InterruptedException {
        ended.await();
        if (failure == null) {
            return pictures;
        }
        if (state == State.CANCELLED) {
            throw new CancelledException(failure);
        }
        switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }
}
