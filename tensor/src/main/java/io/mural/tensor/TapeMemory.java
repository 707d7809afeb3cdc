package io.mural.tensor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a tape knows of the memory that operations work in. Gradients belong to memory, not to tensors: an allocation
 * gets a float32 twin when its gradient is first asked for, and the gradient of a view is the same view of the twin.
 */
final class TapeMemory {
    private final Workspace memory;
    private final GradientKernels kernels;
    private final Ops device;
    private final Map<Tensor, Allocation> allocations = new IdentityHashMap<>();
    private final Map<Tensor, Allocation> leaves = new IdentityHashMap<>();

    TapeMemory(Workspace memory, GradientKernels kernels, Ops device) {
        this.memory = memory;
        this.kernels = kernels;
        this.device = device;
    }

    /** One piece of memory. */
    final class Allocation {
        private final Tensor root;
        private boolean active;
        private Optional<Tensor> twin = Optional.empty();
        private final List<Kept> kept = new ArrayList<>();

        private Allocation(Tensor root) {
            this.root = root;
        }
    }

    /** A value that a note needs later: the tensor itself until an operation is about to overwrite it, then a copy. */
    final class Kept {
        private final Tensor view;
        private final Allocation allocation;
        private Optional<Tensor> copy = Optional.empty();

        private Kept(Tensor view, Allocation allocation) {
            this.view = view;
            this.allocation = allocation;
            allocation.kept.add(this);
        }

        Tensor value() {
            return copy.orElse(view);
        }

        void free() {
            allocation.kept.remove(this);
            copy.ifPresent(memory::release);
        }
    }

    private Allocation of(Tensor tensor) {
        var leaf = leaves.get(tensor.root());
        return leaf != null ? leaf : allocations.computeIfAbsent(tensor.root(), Allocation::new);
    }

    /** A trained vector, whose gradient outlives passes. */
    void leaf(Tensor vector, Tensor gradient) {
        var allocation = new Allocation(vector.root());
        allocation.active = true;
        allocation.twin = Optional.of(gradient);
        leaves.put(vector.root(), allocation);
    }

    /** Whether a tensor's memory depends on something trained. */
    boolean active(Tensor tensor) {
        return of(tensor).active;
    }

    void activate(Tensor tensor) {
        of(tensor).active = true;
    }

    /** All memory that depends on something trained now. */
    List<Tensor> active() {
        return allocations.values().stream()
                .filter(allocation -> allocation.active)
                .map(allocation -> allocation.root)
                .toList();
    }

    /** Takes the state back to an earlier {@link #active()}. */
    void activateOnly(List<Tensor> roots) {
        allocations.values().forEach(allocation -> allocation.active = false);
        roots.forEach(this::activate);
    }

    /** Keeps a value for a note. */
    Kept keep(Tensor view) {
        return new Kept(view, of(view));
    }

    /** Called before an operation writes: values that notes need there are copied. */
    void writing(Tensor out) {
        for (var kept : of(out).kept) {
            if (kept.copy.isEmpty() && kept.view.overlaps(out)) {
                kept.copy = Optional.of(copy(kept.view));
            }
        }
    }

    /** A copy in memory that {@link #release} gives back. */
    Tensor copy(Tensor tensor) {
        var copy = memory.allocate(tensor.shape());
        device.copyKernel(copy, tensor);
        return copy;
    }

    void release(Tensor copy) {
        memory.release(copy);
    }

    /** Memory with zeros for the length of one step backwards. */
    Tensor zeros(int... dims) {
        var tensor = memory.allocate(Shape.of(dims));
        kernels.zero(tensor);
        return tensor;
    }

    /** The gradient of a tensor, where anything has been given to it. */
    Optional<Tensor> gradient(Tensor tensor) {
        return of(tensor).twin.map(tensor::in);
    }

    /** The gradient of a tensor to add to; empty if the tensor depends on nothing trained. */
    Optional<Tensor> sum(Tensor tensor) {
        return active(tensor) ? Optional.of(sumOf(tensor)) : Optional.empty();
    }

    /** The gradient of a tensor to add to, whether it depends on something trained or not. */
    Tensor sumOf(Tensor tensor) {
        var allocation = of(tensor);
        if (allocation.twin.isEmpty()) {
            var twin = memory.allocate(allocation.root.shape());
            kernels.zero(twin);
            allocation.twin = Optional.of(twin);
        }
        return tensor.in(allocation.twin.get());
    }

    /** An operation overwrote the tensor: what came before it gets nothing from what came after. */
    void clear(Tensor tensor) {
        var allocation = of(tensor);
        if (allocation.twin.isEmpty()) {
            return;
        }
        boolean whole = tensor.shape().size() == allocation.root.shape().size();
        if (whole && !leaves.containsKey(allocation.root)) {
            drop(allocation);
        } else {
            kernels.zero(tensor.in(allocation.twin.get()));
        }
    }

    private void drop(Allocation allocation) {
        allocation.twin.ifPresent(memory::release);
        allocation.twin = Optional.empty();
    }

    /** Memory that is gone. */
    void forget(Collection<Tensor> roots) {
        for (var root : roots) {
            var allocation = allocations.remove(root);
            if (allocation != null) {
                drop(allocation);
            }
        }
    }

    /** Everything but the trained vectors is gone. */
    void clear() {
        allocations.values().forEach(this::drop);
        allocations.clear();
    }
}
