package io.mural.cli.console;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C. The JVM answers SIGINT and SIGTERM by running its shutdown hooks and ending with 130 or 143; the hook here
 * interrupts the work, which stops at its next unit and removes its unfinished files, and waits for that a moment.
 */
public final class Interrupt {
    /** A unit of a large model takes seconds; nobody waits for it after Ctrl-C. */
    private static final long PATIENCE_MILLIS = 2000;

    private final Thread worker;
    private final PrintWriter err;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean requested;
    private volatile Runnable abandon = () -> {};
    private volatile Runnable service; // null unless a service runs
    private volatile Process other; // the process that does the work instead, null if none does

    /** @param worker the thread that does the work */
    public Interrupt(Thread worker, PrintWriter err) {
        this.worker = worker;
        this.err = err;
    }

    /** From now on Ctrl-C stops the work. */
    public void install() {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("interrupt").unstarted(this::stop));
    }

    private void stop() {
        if (finished.getCount() == 0) {
            return;
        }
        if (other != null) {
            stopOther();
            return;
        }
        if (service != null) {
            service.run();
            // A service that was asked to stop has done its work: the JVM would end with the signal's number.
            Runtime.getRuntime().halt(0);
        }
        requested = true;
        worker.interrupt();
        try {
            if (!finished.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                abandon.run();
            }
        } catch (InterruptedException e) {
            abandon.run();
        }
        err.println("mural: interrupted");
    }

    /** A terminal sends Ctrl-C to both processes, other senders may send a signal to this one only. */
    private void stopOther() {
        other.destroy();
        try {
            if (!other.waitFor(2 * PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                other.destroyForcibly();
            }
        } catch (InterruptedException e) {
            other.destroyForcibly();
        }
    }

    /** A service runs from now on: Ctrl-C, or SIGTERM, lets it stop by {@code stop} and ends the process with 0. */
    public void onService(Runnable stop) {
        service = stop;
    }

    /** Another process does the work from now on: it is what Ctrl-C stops, and it says so itself. */
    public void handOver(Process process) {
        other = process;
    }

    /** Whether the user has asked to stop: what fails then fails because of it. */
    public boolean requested() {
        return requested;
    }

    /** What to do if the work does not stop in time. */
    public void onAbandon(Runnable action) {
        abandon = action;
    }

    /** The work is over; nothing is left to stop. */
    public void finished() {
        finished.countDown();
    }
}
