package io.mural.tornado.device;

import java.util.List;

/**
 * What the host asks of a device: what a step costs beside its arithmetic. In a graph that the driver replays, launches and
 * transfers are the driver's, and an execution is one call.
 */
public final class Counters {
    private long executions;
    private long launches;
    private long libraryCalls;
    private long transfers;
    private long replays;

    /** Counts at one time. */
    public record Snapshot(long executions, long launches, long libraryCalls, long transfers, long replays) {
        public Snapshot since(Snapshot before) {
            return new Snapshot(
                    executions - before.executions,
                    launches - before.launches,
                    libraryCalls - before.libraryCalls,
                    transfers - before.transfers,
                    replays - before.replays);
        }
    }

    /** @param replayed whether the driver replays it */
    void executed(List<Launch> graph, boolean replayed) {
        executions++;
        if (replayed) {
            replays++;
            return;
        }
        for (var launch : graph) {
            if (launch.kernel().ofLibrary()) {
                libraryCalls++;
            } else {
                launches++;
                transfers += launch.floats().length > 0 ? 2 : 1; // its parameters
            }
            for (var operand : launch.operands()) {
                switch (operand) {
                    case Operand.Resident resident -> {}
                    case Operand.Inbox inbox -> transfers++;
                    case Operand.Outbox outbox -> transfers++;
                }
            }
        }
    }

    public Snapshot now() {
        return new Snapshot(executions, launches, libraryCalls, transfers, replays);
    }
}
