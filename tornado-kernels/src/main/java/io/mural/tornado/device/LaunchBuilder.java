package io.mural.tornado.device;

import io.mural.tensor.Matrix;
import io.mural.tensor.Tensor;
import io.mural.tornado.kernels.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A launch in the making: parameters and operands in the order of the kernel's parameters; the array that is written
 * goes last among the operands wherever it is named.
 */
public final class LaunchBuilder {
    private final Recorder recorder;
    private final Kernel kernel;
    private final List<Integer> ints = new ArrayList<>();
    private final List<Object> operands = new ArrayList<>();
    private Operand written;
    private float[] floats = {};
    private Grids.Size size;

    /** A matrix, and where among the parameters its offset goes. */
    private record Weight(DeviceWeights.Wanted wanted, int at, int skipped) {}

    LaunchBuilder(Recorder recorder, Kernel kernel) {
        this.recorder = recorder;
        this.kernel = kernel;
    }

    public LaunchBuilder ints(int... values) {
        Arrays.stream(values).forEach(ints::add);
        return this;
    }

    public LaunchBuilder floats(float... values) {
        floats = values;
        return this;
    }

    /** The tensor that is written, offset and row stride. */
    public LaunchBuilder out(Tensor tensor) {
        return offset(tensor).ints(tensor.rowStride());
    }

    /** The contiguous tensor that is written, offset alone. */
    public LaunchBuilder offset(Tensor tensor) {
        if (!recorder.holds(tensor)) {
            throw new IllegalArgumentException(kernel.method() + " cannot write to a tensor " + tensor.shape()
                    + " that is not the device's; take it from Ops");
        }
        var place = recorder.memory().place(tensor);
        written = new Operand.Resident(place.slab());
        return ints(place.offset());
    }

    /** A whole array that is written, without a parameter. */
    public LaunchBuilder writes(Slab slab) {
        written = new Operand.Resident(slab);
        return this;
    }

    /** A whole array that is read, without a parameter. */
    public LaunchBuilder reads(Slab slab) {
        operands.add(new Operand.Resident(slab));
        return this;
    }

    LaunchBuilder outbox(Operand.Outbox box, int stride) {
        written = box;
        return ints(0, stride);
    }

    LaunchBuilder box(Operand.Inbox box, int stride) {
        operands.add(box);
        return ints(0, stride);
    }

    /** A tensor that is read, offset and row stride. */
    public LaunchBuilder in(Tensor tensor) {
        return vector(Optional.of(tensor)).ints(recorder.stride(tensor));
    }

    /** As {@link #in}; a single row is repeated. */
    public LaunchBuilder rowOrAll(Tensor tensor) {
        if (tensor.rows() > 1) {
            return in(tensor);
        }
        return vector(Optional.of(tensor)).ints(0);
    }

    /** A tensor that is read, offset alone; -1 and any array in its place without one. */
    public LaunchBuilder vector(Optional<Tensor> tensor) {
        return vector(tensor, 0);
    }

    /** As {@link #vector(Optional)}, from the element {@code skipped} on. */
    public LaunchBuilder vector(Optional<Tensor> tensor, int skipped) {
        if (tensor.isEmpty()) {
            operands.add(written);
            return ints(-1);
        }
        var place = recorder.holds(tensor.get())
                ? recorder.memory().place(tensor.get())
                : recorder.constants().of(tensor.get());
        return constant(new DeviceMemory.Place(place.slab(), place.offset() + skipped));
    }

    public LaunchBuilder constant(DeviceMemory.Place place) {
        operands.add(new Operand.Resident(place.slab()));
        return ints(place.offset());
    }

    public LaunchBuilder weight(Matrix matrix, int convolution) {
        return weight(matrix, convolution, 0);
    }

    /** As {@link #weight(Matrix, int)}, from the element {@code skipped} on. */
    public LaunchBuilder weight(Matrix matrix, int convolution, int skipped) {
        operands.add(new Weight(new DeviceWeights.Wanted(matrix, convolution), ints.size(), skipped));
        return ints(0);
    }

    /** Records the launch. */
    public void run(Grids.Size grid) {
        size = grid;
        recorder.add(this);
    }

    List<DeviceWeights.Wanted> wanted() {
        return operands.stream()
                .filter(Weight.class::isInstance)
                .map(weight -> ((Weight) weight).wanted())
                .toList();
    }

    /** The launch, once its weights are on the device. */
    Launch build(DeviceWeights weights) {
        var parameters = ints.stream().mapToInt(Integer::intValue).toArray();
        var all = new ArrayList<Operand>();
        for (var operand : operands) {
            if (operand instanceof Weight weight) {
                var place =
                        weights.place(weight.wanted().matrix(), weight.wanted().kernel());
                parameters[weight.at()] = place.offset() + weight.skipped();
                all.add(new Operand.Resident(place.slab()));
            } else {
                all.add((Operand) operand);
            }
        }
        all.add(written);
        return new Launch(kernel, all, parameters, floats, size.groups(), size.threads());
    }
}
