package io.mural.bench;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import java.util.Map;

/**
 * One evaluation of FLUX.1-dev's transformer on noise, random bfloat16 weights of its own width, from the second step
 * on: a guide's keys and values are there.
 *
 * @param dense whether every token sees every other; else windows, halos and a guide
 * @param pixels of a side
 * @param doubles double blocks, of which the published model has 19
 * @param singles single blocks, of which it has 38
 */
record TransformerStep(boolean dense, int pixels, int doubles, int singles) implements Work {
    static final int DOUBLES = 19;
    static final int SINGLES = 38;

    private static final int TOKEN = 16; // pixels

    @Override
    public String name() {
        return word() + ":" + pixels + ":" + doubles + ":" + singles;
    }

    private String word() {
        return dense ? "dense_step" : "step";
    }

    /** Of the blocks. */
    @Override
    public double flops() {
        AttentionLayout layout = dense ? grid().dense() : grid().hierarchical();
        return (doubles + singles) * RealWidth.blockFlops(layout, grid().text() + grid().tokens());
    }

    @Override
    public Map<String, Object> request() {
        return Map.of("op", word(), "size", pixels, "doubles", doubles, "singles", singles);
    }

    @Override
    public Runnable prepare(Ops ops, Operands operands) {
        var model = operands.owned(new RealWidth(doubles, singles));
        var pass = new BlockPass(ops, model.guided(), grid());
        var context = dense ? pass.dense() : pass.hierarchical();
        return () -> pass.run(context);
    }

    private Grid grid() {
        return new Grid(HierarchicalGeometry.FLUX1, RealWidth.TEXT, pixels / TOKEN);
    }
}
