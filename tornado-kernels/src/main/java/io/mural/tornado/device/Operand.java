package io.mural.tornado.device;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** An array of a launch. */
sealed interface Operand {
    /** What makes two launches' operands the same to a task graph. */
    String identity();

    /** Part of what stays on the device. */
    record Resident(Slab slab) implements Operand {
        @Override
        public String identity() {
            return "s" + slab.id();
        }
    }

    /** Values that come from the host with every execution. */
    record Inbox(Storage storage, int elements, Consumer<MemorySegment> values) implements Operand {
        @Override
        public String identity() {
            return "in" + storage + elements;
        }
    }

    /**
     * Values that go to the host after every execution.
     *
     * @param values takes them, and says whether they came
     */
    record Outbox(int elements, Predicate<MemorySegment> values) implements Operand {
        @Override
        public String identity() {
            return "out" + elements;
        }
    }
}
