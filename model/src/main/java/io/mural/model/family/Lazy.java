package io.mural.model.family;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that is made when it is first asked for. Not for several threads at once. */
final class Lazy<T> {
    private final Supplier<T> make;
    private Optional<T> value = Optional.empty();

    Lazy(Supplier<T> make) {
        this.make = make;
    }

    T get() {
        if (value.isEmpty()) {
            value = Optional.of(make.get());
        }
        return value.get();
    }
}
