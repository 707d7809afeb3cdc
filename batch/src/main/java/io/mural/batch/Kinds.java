package io.mural.batch;

import io.mural.Input;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.batch.Catalog.Setup;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kinds of pictures in a table: rows that differ in prompt and seed alone are one kind and share a plan, so that a table
 * of a million rows is planned in the time of its kinds.
 */
final class Kinds {
    /** The prompt and seed that a kind is planned with. */
    private static final String ANY = "any";

    private final Catalog catalog;
    private final OpenModel models;
    private final Map<Key, Integer> known = new HashMap<>();
    private final Map<Key, RowFault> refused = new HashMap<>();
    private final List<Kind> kinds = new ArrayList<>();

    Kinds(Catalog catalog, OpenModel models) {
        this.catalog = catalog;
        this.models = models;
    }

    /** What rows of a kind share. */
    record Key(Row.Look look, Row.Sources sources, Optional<String> negative) {
        static Key of(Row row) {
            return new Key(row.look(), row.sources(), row.negative());
        }
    }

    /**
     * What pictures of a kind take.
     *
     * @param recipe of one of them
     * @param levels whether they are made in levels and leave checkpoints
     */
    record Kind(Setup setup, Recipe recipe, double flops, long memoryBytes, double seconds, boolean levels) {
        long rawBytes() {
            return 3L * recipe.width() * recipe.height();
        }
    }

    /** Of those that can be made and those that cannot. */
    int size() {
        return kinds.size() + refused.size();
    }

    Kind get(int kind) {
        return kinds.get(kind);
    }

    /** The kind of a row; {@link InputException} when its pictures cannot be made. */
    int of(Row row) {
        var key = Key.of(row);
        var fault = refused.get(key);
        if (fault != null) {
            throw InputException.about(fault.column().orElse("table"), fault.message());
        }
        var found = known.get(key);
        if (found == null) {
            try {
                kinds.add(plan(row));
            } catch (InputException e) {
                refused.put(key, new RowFault(row.number(), e.field(), e.getMessage()));
                throw e;
            }
            found = kinds.size() - 1;
            known.put(key, found);
        }
        return found;
    }

    private Kind plan(Row row) {
        var setup = catalog.setup(row.sources());
        var plan = models.of(setup).plan(request(row, catalog, ANY, 0));
        return new Kind(
                setup,
                plan.recipe(),
                plan.flops(),
                plan.memoryBytes(),
                plan.seconds(),
                !plan.levels().isEmpty());
    }

    /** What a row asks for. */
    static Request request(Row row, Catalog catalog, String prompt, long seed) {
        var request = Request.of(prompt).seed(seed);
        row.negative().ifPresent(request::negative);
        var look = row.look();
        look.width().ifPresent(width -> request.size(width, look.height().orElseThrow()));
        look.steps().ifPresent(request::steps);
        look.guidance().ifPresent(request::guidance);
        look.trueCfg().ifPresent(request::trueCfg);
        look.strength().ifPresent(request::strength);
        row.sources().initImage().ifPresent(file -> request.start(Input.of(catalog.file(file))));
        row.sources().references().forEach(file -> request.reference(Input.of(catalog.file(file))));
        return request.build();
    }
}
