package io.mural.spark;

import java.util.Iterator;
import java.util.function.Function;

/** Values one by one as they are asked for: none is looked at before its turn. */
final class Mapped<A, B> implements Iterator<B> {
    private final Iterator<A> values;
    private final Function<A, B> function;

    Mapped(Iterator<A> values, Function<A, B> function) {
        this.values = values;
        this.function = function;
    }

    @Override
    public boolean hasNext() {
        return values.hasNext();
    }

    @Override
    public B next() {
        return function.apply(values.next());
    }
}
