package io.mural.tornado.library;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.Tensor;
import io.mural.tornado.device.AttentionGroups;
import io.mural.tornado.device.AttentionTable;
import io.mural.tornado.device.AttentionUse;
import io.mural.tornado.device.DeviceMemory;
import io.mural.tornado.device.Grids;
import io.mural.tornado.device.Recorder;
import io.mural.tornado.device.Slab;
import io.mural.tornado.device.Storage;
import io.mural.tornado.kernels.Kernel;
import io.mural.tornado.kernels.StagingKernels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Attention by cuDNN. It takes batches of equal lengths as whole arrays of float16, so the rows that a group of blocks sees
 * are gathered into three such arrays, and the result is brought back from a fourth. Groups that are larger than these
 * arrays are done in parts of blocks and heads (docs/decisions/0013).
 */
final class LibraryAttention {
    private static final int MULTIPLE = 8;
    private static final int WIDEST = 256;
    /** Of five launches each; a graph has 16. */
    private static final int PARTS_OF_A_GRAPH = 3;

    private final Recorder recorder;
    private final Grids grids;
    private final int staging;
    private final IntFunction<Optional<String>> refusal;
    private final Consumer<String> notices;
    private final Map<Key, AttentionGroups> known = new HashMap<>();
    private final Map<Integer, Optional<String>> refusals = new HashMap<>();
    private Slab q;
    private Slab k;
    private Slab v;
    private Slab o;
    private Slab factors;

    /** Stands for the groups of a layout, and for their table on the device. */
    private record Key(List<Block> blocks, int longest) {}

    /** Heads of some blocks of a group. */
    private record Part(AttentionGroups.Group group, int block, int endBlock, int head, int heads) {}

    LibraryAttention(Recorder recorder, Grids grids, AttentionUse.CuDnn use, Consumer<String> notices) {
        this.recorder = recorder;
        this.grids = grids;
        this.staging = use.staging();
        this.refusal = use.refusal();
        this.notices = notices;
    }

    /** Whether most of the work is in blocks that cuDNN can do. */
    boolean takes(AttentionCall call) {
        int headDim = call.headDim();
        int longest = Math.max(call.layout().queries(), call.layout().keys());
        boolean fits = call.distanceBias().isEmpty()
                && headDim % MULTIPLE == 0
                && headDim <= WIDEST
                && longest <= AttentionTable.LARGEST;
        if (!fits || 2 * groups(call).pairs() < call.layout().pairs()) {
            return false;
        }
        var refused = refusals.computeIfAbsent(headDim, refusal::apply);
        refused.ifPresent(notices);
        return refused.isEmpty();
    }

    /** How the blocks of its layout are batched. */
    AttentionGroups groups(AttentionCall call) {
        var key = key(call);
        return known.computeIfAbsent(key, missing -> AttentionGroups.of(key.blocks(), key.longest()));
    }

    private Key key(AttentionCall call) {
        return new Key(call.layout().blocks(), staging / call.headDim());
    }

    /** Records all but the blocks that are left to the kernel. */
    void record(AttentionCall call) {
        if (q == null) {
            q = recorder.staging(Storage.F16, staging);
            k = recorder.staging(Storage.F16, staging);
            v = recorder.staging(Storage.F16, staging);
            o = recorder.staging(Storage.F16, staging);
            factors = recorder.staging(Storage.F32, StagingKernels.PARTS + 3 * StagingKernels.GROUPS);
        }
        var groups = groups(call);
        var table = recorder.constants().of(key(call), groups.values());
        factors(call);
        var parts = groups.groups().stream()
                .flatMap(group -> parts(call, group).stream())
                .toList();
        for (int i = 0; i < parts.size(); i++) {
            if (parts.size() > PARTS_OF_A_GRAPH && i % PARTS_OF_A_GRAPH == 0) {
                recorder.flush(); // graphs of as many parts alike are one
            }
            record(call, parts.get(i), table);
        }
    }

    private List<Part> parts(AttentionCall call, AttentionGroups.Group group) {
        int length = Math.max(group.size().queries(), group.size().keys()) * call.headDim();
        int blocks = even(group.blocks(), staging / length / call.heads());
        int heads = even(call.heads(), staging / length);
        var parts = new ArrayList<Part>();
        for (int block = 0; block < group.blocks(); block += blocks) {
            int endBlock = Math.min(group.blocks(), block + blocks);
            for (int head = 0; head < call.heads(); head += heads) {
                parts.add(new Part(group, block, endBlock, head, Math.min(heads, call.heads() - head)));
            }
        }
        return parts;
    }

    /** Equal parts of at most {@code most}, and of one where there is no room for more. */
    private static int even(int length, int most) {
        return Math.ceilDiv(length, Math.ceilDiv(length, Math.clamp(most, 1, length)));
    }

    private void factors(AttentionCall call) {
        int place = StagingKernels.PARTS;
        int threads = 1;
        var counts = new int[3];
        var tensors = List.of(call.q(), call.k(), call.v());
        for (int i = 0; i < counts.length; i++) {
            var x = tensors.get(i);
            var grid = grids.rows(Math.min(StagingKernels.GROUPS, x.rows()));
            recorder.launch(Kernel.LARGEST)
                    .ints(x.rows(), x.cols(), place)
                    .in(x)
                    .writes(factors)
                    .run(grid);
            counts[i] = grid.groups();
            threads = grid.threads();
            place += grid.groups();
        }
        recorder.launch(Kernel.FACTORS).ints(counts).writes(factors).run(new Grids.Size(1, threads));
    }

    private void record(AttentionCall call, Part part, DeviceMemory.Place table) {
        var size = part.group().size();
        gather(call, part, call.q(), StagingKernels.Q, table, q);
        gather(call, part, call.k(), StagingKernels.K, table, k);
        gather(call, part, call.v(), StagingKernels.V, table, v);
        recorder.launch(Kernel.CUDNN_ATTENTION)
                .ints(part.endBlock() - part.block(), part.heads(), size.queries(), size.keys(), call.headDim())
                .reads(q)
                .reads(k)
                .reads(v)
                .writes(o)
                .run(new Grids.Size(1, 1));
        var pieces = part.group().queryPieces();
        int count = pieces[part.endBlock()] - pieces[part.block()];
        recorder.launch(Kernel.SCATTER_F16)
                .ints(count, part.heads(), part.head(), call.headDim(), 1, size.queries(), part.block())
                .ints(StagingKernels.OUT)
                .out(call.out())
                .reads(o)
                .constant(from(table, pieces[part.block()]))
                .reads(factors)
                .run(grids.rows(count * part.heads()));
    }

    /** The scale goes into q, whose elements are rounded anyway. */
    private void gather(AttentionCall call, Part part, Tensor x, int which, DeviceMemory.Place table, Slab out) {
        boolean queries = which == StagingKernels.Q;
        var group = part.group();
        var pieces = queries ? group.queryPieces() : group.keyPieces();
        int count = pieces[part.endBlock()] - pieces[part.block()];
        int length = queries ? group.size().queries() : group.size().keys();
        recorder.launch(Kernel.GATHER_F16)
                .ints(count, part.heads(), part.head(), call.headDim(), queries ? 1 : call.sharing())
                .ints(length, part.block(), which)
                .in(x)
                .constant(from(table, pieces[part.block()]))
                .reads(factors)
                .writes(out)
                .floats(queries ? call.scale() : 1)
                .run(grids.rows(Math.multiplyExact(count, part.heads())));
    }

    private static DeviceMemory.Place from(DeviceMemory.Place table, int piece) {
        return new DeviceMemory.Place(table.slab(), table.offset() + piece * StagingKernels.GROUP_FIELDS);
    }
}
