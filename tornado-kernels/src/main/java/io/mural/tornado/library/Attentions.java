package io.mural.tornado.library;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tornado.device.AttentionUse;
import io.mural.tornado.device.Grids;
import io.mural.tornado.device.Recorder;
import io.mural.tornado.device.Trial;
import io.mural.tornado.kernels.Kernel;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Attention, by the Java kernel or by cuDNN. Where the faster is to be found, the first of a shape is done by both on its
 * own operands, several times, and cuDNN's result is held against the kernel's.
 */
public final class Attentions {
    /** Of larger layouts, the first blocks up to here are measured. */
    private static final long MEASURED_PAIRS = 1 << 24;

    private final Recorder recorder;
    private final Grids grids;
    private final AttentionUse use;
    private final Optional<LibraryAttention> library;
    private final Trial trial;
    private final Consumer<String> notices;

    /** @param notices told of decisions that a user should know; the same line again and again */
    public Attentions(Recorder recorder, Grids grids, AttentionUse use, Trial trial, Consumer<String> notices) {
        this.recorder = recorder;
        this.grids = grids;
        this.use = use;
        this.trial = trial;
        this.notices = notices;
        library = switch (use) {
            case AttentionUse.CuDnn settings -> Optional.of(new LibraryAttention(recorder, grids, settings, notices));
            case AttentionUse.None none -> Optional.empty();
        };
    }

    public void record(AttentionCall call) {
        switch (use) {
            case AttentionUse.CuDnn settings -> {
                var theirs = library.orElseThrow();
                if (chosen(call, settings, theirs)) {
                    byLibrary(call, theirs);
                } else {
                    byKernel(call, call.layout().blocks());
                }
            }
            case AttentionUse.None none -> {
                none.reason().ifPresent(notices);
                byKernel(call, call.layout().blocks());
            }
        }
    }

    private void byKernel(AttentionCall call, List<Block> blocks) {
        var table = recorder.table(blocks);
        recorder.launch(Kernel.ATTENTION)
                .ints(table.tiles(), call.heads())
                .out(call.out())
                .in(call.q())
                .in(call.k())
                .in(call.v())
                .ints(call.headDim(), call.sharing())
                .constant(table.place())
                .ints(table.place().offset() + table.limits())
                .vector(call.distanceBias())
                .ints(
                        call.distanceBias().map(recorder::stride).orElse(0),
                        call.layout().queries())
                .floats(call.scale())
                .run(grids.attention(table.tiles(), call.heads(), call.headDim()));
    }

    private void byLibrary(AttentionCall call, LibraryAttention theirs) {
        theirs.record(call);
        var rest = theirs.groups(call).rest();
        if (!rest.isEmpty()) {
            byKernel(call, rest);
        }
    }

    private boolean chosen(AttentionCall call, AttentionUse.CuDnn settings, LibraryAttention theirs) {
        if (settings.measured() && call.multiplyAdds() < settings.least() || !theirs.takes(call)) {
            return false;
        }
        return !settings.measured() || libraryWins(call, settings, theirs);
    }

    private boolean libraryWins(AttentionCall call, AttentionUse.CuDnn settings, LibraryAttention theirs) {
        var batches = theirs.groups(call).groups().stream()
                .map(group -> new AttentionUse.Batch(
                        group.size().queries(), group.size().keys(), group.blocks()))
                .toList();
        var shape = new AttentionUse.Shape(
                call.heads(), call.headDim(), call.sharing(), call.layout().pairs(), batches);
        var known = settings.wins().get(shape);
        if (known == null) {
            known = measure(part(call), settings.clock(), theirs);
            settings.wins().put(shape, known);
        }
        return known;
    }

    /** Its first blocks, at least one. */
    private static AttentionCall part(AttentionCall call) {
        long pairs = 0;
        int end = 0;
        for (var block : call.layout().blocks()) {
            if (pairs >= MEASURED_PAIRS) {
                break;
            }
            pairs += (long) block.queries() * block.keys();
            end = block.to();
        }
        return new AttentionCall(
                call.out().rows(0, end),
                call.q().rows(0, end),
                call.k(),
                call.v(),
                call.heads(),
                call.scale(),
                call.layout().queries(0, end),
                call.distanceBias());
    }

    private boolean measure(AttentionCall part, LongSupplier clock, LibraryAttention theirs) {
        var layout = part.layout();
        return trial.libraryWins(
                new Trial.Ways(
                        "attention of %d queries to %d keys, %d heads of %d"
                                .formatted(layout.queries(), layout.keys(), part.heads(), part.headDim()),
                        "cuDNN",
                        part.q().rows(),
                        part.q().cols(),
                        out -> byKernel(part.into(out), layout.blocks()),
                        out -> byLibrary(part.into(out), theirs)),
                clock);
    }
}
