package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** Every token attends to every other. Keys and values are held whole, all else for some rows at a time. */
record DenseAttention(WanProjections projections) implements SelfAttention {
    @Override
    public void forward(Ops ops, Tensor x, Branch branch, Clip clip) {
        ops.unit("attn1", () -> {
            var keys = KeysValues.empty(ops, x.rows(), x.cols());
            Chunks.of(ops, "keys", x.rows(), (from, to) -> {
                var rows = keys.tokens(from, to);
                projections.keys(ops, rows, branch.modulate(ops, x.rows(from, to)));
                ops.rope(rows.k(), clip.rope().tokens(from, to));
            });
            Chunks.of(ops, "queries", x.rows(), (from, to) -> {
                var rows = x.rows(from, to);
                var q = projections.queries(ops, branch.modulate(ops, rows));
                ops.rope(q, clip.rope().tokens(from, to));
                var attended = ops.empty(q.rows(), q.cols());
                keys.attend(ops, attended, q, projections.heads(), AttentionLayout.dense(q.rows(), keys.tokens()));
                branch.residual(ops, rows, ops.linear(attended, projections.toOut()));
            });
        });
    }
}
