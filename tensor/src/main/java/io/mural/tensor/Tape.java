package io.mural.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The notes of operations that can be differentiated, and when units are run again. What each operation notes is in
 * {@link TapeOps}.
 */
abstract class Tape extends Ops {
    final Ops device;
    final GradientKernels kernels;
    final TapeLeaves leaves;
    final TapeMemory memory;
    private final Workspace beside;
    private final int depth;
    private Consumer<Tensor> constants = tensor -> {};

    private boolean noting;
    private int unitDepth;
    /** The unit that is running and will run again. */
    private Optional<TapeUnit> unit = Optional.empty();

    private List<Note> notes = new ArrayList<>();
    /** The tensors allocated since a unit began that runs again. */
    private Set<Tensor> allocated = identities();

    /** What replays one operation backwards, and what it holds until then. */
    private record Note(Runnable backward, List<TapeMemory.Kept> kept) {
        void free() {
            kept.forEach(TapeMemory.Kept::free);
        }
    }

    Tape(Ops device, int depth) {
        super(device.workspace());
        this.device = device;
        this.kernels = device.gradients();
        this.beside = device.workspace().beside();
        this.leaves = new TapeLeaves(beside, kernels);
        this.memory = new TapeMemory(beside, kernels, device);
        this.depth = depth;
    }

    // --- what is trained --------------------------------------------------------------------------------------------

    /** Declares a float32 weight trained; layers that use rows of it count. */
    public void train(Matrix.F32 weight) {
        leaves.add(weight);
    }

    /** Declares a vector trained; views of it count. */
    public void train(Tensor vector) {
        memory.leaf(vector, leaves.add(vector));
    }

    /** The sum of all gradients of a weight since {@link #zeroGradients}, [rows, cols]. */
    public Tensor gradient(Matrix.F32 weight) {
        return leaves.of(weight).orElseThrow(() -> new IllegalArgumentException(weight.name() + " is not trained"));
    }

    /** As {@link #gradient(Matrix.F32)} for a vector. */
    public Tensor gradient(Tensor vector) {
        return memory.gradient(vector)
                .orElseThrow(() -> new IllegalArgumentException("the vector " + vector.shape() + " is not trained"));
    }

    public void zeroGradients() {
        leaves.zero();
    }

    /** Within a pass: the gradient of a tensor that is given, not computed, will be known. */
    public void watch(Tensor input) {
        memory.activate(input);
    }

    /** Tells {@code listener} every tensor that a model makes of values during a pass; it may {@link #watch} it. */
    public void hearConstants(Consumer<Tensor> listener) {
        constants = listener;
    }

    /** Within a pass, after {@link #backward}: the gradient of a watched tensor, zeros where nothing depends on it. */
    public float[] gradientOf(Tensor input) {
        return device.read(memory.sumOf(input));
    }

    /** What computes. */
    public Ops device() {
        return device;
    }

    /** The most bytes of gradients, copies and checkpoints, beside the activations of the workspace. */
    public long bytesBeside() {
        return beside.reservedBytes();
    }

    // --- a pass -----------------------------------------------------------------------------------------------------

    /** Runs a forward pass and its {@link #backward}; of its memory only the trained gradients are left then. */
    public void pass(Runnable body) {
        workspace().open();
        noting = true;
        try {
            body.run();
        } finally {
            noting = false;
            unitDepth = 0;
            unit.ifPresent(TapeUnit::drop);
            unit = Optional.empty();
            notes.forEach(Note::free);
            notes = new ArrayList<>();
            allocated = identities();
            memory.clear();
            workspace().close(List.of());
        }
    }

    /** Differentiates what was noted, given the gradient of a result. */
    public void backward(Tensor result, Tensor gradient) {
        memory.sum(result).ifPresent(sum -> device.addKernel(sum, gradient));
        replay();
    }

    private void replay() {
        noting = false;
        while (!notes.isEmpty()) {
            var note = notes.removeLast();
            note.backward().run();
            note.free();
        }
        noting = true;
    }

    private static Set<Tensor> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    // --- units ------------------------------------------------------------------------------------------------------

    @Override
    protected Tensor allocate(Shape shape) {
        var tensor = super.allocate(shape);
        allocated.add(tensor);
        return tensor;
    }

    @Override
    public Tensor tensor(float[] values, int... dims) {
        var tensor = device.tensor(values, dims);
        allocated.add(tensor);
        constants.accept(tensor);
        return tensor;
    }

    @Override
    public float[] read(Tensor tensor) {
        return device.read(tensor);
    }

    /** Notes refer to the tensors of a unit after its end, so units that are noted keep them. */
    private boolean keepsTensors() {
        return noting && unit.isEmpty();
    }

    @Override
    protected void openScope() {
        unitDepth++;
        if (!keepsTensors()) {
            super.openScope();
        }
    }

    @Override
    protected void closeScope(List<Tensor> kept) {
        unitDepth--;
        if (!keepsTensors()) {
            super.closeScope(kept);
        }
    }

    @Override
    protected void release(Tensor consumed) {
        if (!keepsTensors()) {
            super.release(consumed);
        }
    }

    @Override
    public void unit(String name, Runnable body) {
        if (runsAgain()) {
            runTwice(() -> {
                super.unit(name, body);
                return Optional.empty();
            });
        } else {
            super.unit(name, body);
        }
    }

    @Override
    public Tensor unit(String name, Supplier<Tensor> body) {
        return runsAgain() ? runTwice(() -> Optional.of(super.unit(name, body))).orElseThrow() : super.unit(name, body);
    }

    private boolean runsAgain() {
        return noting && unit.isEmpty() && unitDepth == depth - 1;
    }

    private Optional<Tensor> runTwice(Supplier<Optional<Tensor>> body) {
        var outside = allocated;
        allocated = identities();
        var running = new TapeUnit(memory, allocated);
        unit = Optional.of(running);
        var result = body.get();
        unit = Optional.empty();
        var gone = new ArrayList<>(allocated);
        result.ifPresent(kept -> gone.removeIf(tensor -> tensor.root().equals(kept.root())));
        memory.forget(gone);
        allocated = outside;
        if (running.depends()) {
            notes.add(new Note(() -> runAgain(running, body, result), List.of()));
        } else {
            running.drop();
        }
        return result;
    }

    /** The backward pass of a unit: its body once more, noted, and the notes replayed. */
    private void runAgain(TapeUnit again, Supplier<Optional<Tensor>> body, Optional<Tensor> result) {
        again.restore(device);
        var outerNotes = notes;
        var outside = allocated;
        int outerDepth = unitDepth;
        notes = new ArrayList<>();
        allocated = identities();
        unitDepth = depth;
        workspace().open();
        noting = true;
        try {
            var remade = body.get();
            remade.ifPresent(made -> handOn(result.orElseThrow(), made));
            replay();
        } finally {
            notes.forEach(Note::free);
            memory.forget(allocated);
            workspace().close(List.of());
            notes = outerNotes;
            allocated = outside;
            unitDepth = outerDepth;
            noting = false;
        }
    }

    /** The gradient of a unit's result is that of the result of its second run. */
    private void handOn(Tensor result, Tensor made) {
        if (made.root().equals(result.root())) {
            return;
        }
        memory.gradient(result).ifPresent(given -> memory.sum(made).ifPresent(sum -> device.addKernel(sum, given)));
        memory.clear(result);
    }

    // --- noting -----------------------------------------------------------------------------------------------------

    final boolean active(Tensor tensor) {
        return noting && memory.active(tensor);
    }

    final Optional<Tensor> trained(Matrix matrix) {
        return noting ? leaves.of(matrix) : Optional.empty();
    }

    /** Whether operations are noted now: not so in a unit that will run again. */
    final boolean writesNotes() {
        return noting && unit.isEmpty();
    }

    final TapeMemory.Kept keep(Tensor tensor) {
        return memory.keep(tensor);
    }

    final void note(Runnable backward, TapeMemory.Kept... kept) {
        note(backward, List.of(kept));
    }

    final void note(Runnable backward, List<TapeMemory.Kept> kept) {
        notes.add(new Note(backward, kept));
    }

    final Optional<TapeUnit> runningUnit() {
        return unit;
    }

    /** Called before every write. */
    final void writing(Tensor out, boolean depends) {
        if (!noting) {
            return;
        }
        memory.writing(out);
        unit.ifPresent(running -> running.writing(out));
        if (depends) {
            memory.activate(out);
            unit.ifPresent(TapeUnit::depend);
        }
    }

    /** What an operation that overwrites its result does backwards; nothing if nobody gave the result a gradient. */
    final Runnable overwriting(Tensor out, Consumer<Tensor> backward) {
        return () -> memory.gradient(out).ifPresent(g -> {
            backward.accept(g);
            memory.clear(out);
        });
    }

    /** An operation that overwrites {@code out} by what depends on nothing trained. */
    final void overwritten(Tensor out) {
        if (writesNotes() && active(out)) {
            note(() -> memory.clear(out));
        }
        writing(out, false);
    }

    // --- life -------------------------------------------------------------------------------------------------------

    @Override
    public void close() {
        beside.close();
        device.close();
    }
}
