package io.mural.tensor;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A unit that is not noted but will run again: the contents it overwrote of memory older than itself, and what depended
 * on something trained when it began.
 */
final class TapeUnit {
    private final TapeMemory memory;
    private final Set<Tensor> own;
    private final List<Tensor> active;
    private final Map<Tensor, Tensor> before = new IdentityHashMap<>();
    private boolean depends;

    /** @param own what the unit allocates, as it does so */
    TapeUnit(TapeMemory memory, Set<Tensor> own) {
        this.memory = memory;
        this.own = own;
        this.active = memory.active();
    }

    /** Called before the unit writes. */
    void writing(Tensor out) {
        var root = out.root();
        if (!own.contains(root) && !before.containsKey(root)) {
            before.put(root, memory.copy(root));
        }
    }

    /** Something in the unit depends on something trained. */
    void depend() {
        depends = true;
    }

    boolean depends() {
        return depends;
    }

    /** Puts everything back to what it was when the unit began. */
    void restore(Ops device) {
        memory.activateOnly(active);
        before.forEach(device::copyKernel);
        drop();
    }

    /** Gives the kept contents back. */
    void drop() {
        before.values().forEach(memory::release);
        before.clear();
    }
}
