package io.mural.batch;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads a whole table before any work: every row is checked and planned, all faults are found. */
final class Census implements Table.Visitor {
    /** Ids made of numbers have at least this many digits. */
    static final int DIGITS = 7;

    /** More would tell nobody anything. */
    private static final int MOST_FAULTS = 100_000;

    private final Kinds kinds;
    private final Queue queue = new Queue();
    private final List<RowFault> faults = new ArrayList<>();
    private final Map<Long, Table.Place> places = new HashMap<>(); // of rows at fault that can be read
    private long[] ids = new long[1024];
    private int idCount;

    private Census(Kinds kinds) {
        this.kinds = kinds;
    }

    /**
     * What is in a table.
     *
     * @param queue the sound rows
     * @param places of the rows at fault, as far as they can be read
     */
    record Found(Queue queue, List<RowFault> faults, Map<Long, Table.Place> places) {
        /** Everything that is wrong with a row, by its number. */
        SortedMap<Long, List<RowFault>> byRow() {
            return faults.stream().collect(Collectors.groupingBy(RowFault::row, TreeMap::new, Collectors.toList()));
        }
    }

    static Found of(Table table, Kinds kinds) throws IOException {
        var census = new Census(kinds);
        table.scan(census);
        census.twins(table);
        if (census.queue.size() == 0 && census.faults.isEmpty()) {
            throw InputException.about("table", "the table has no rows");
        }
        return new Found(census.queue, census.faults, census.places);
    }

    @Override
    public void row(long number, Table.Place place, Map<String, Object> cells) {
        if (number > Integer.MAX_VALUE) {
            throw InputException.about("table", "the table has more than " + Integer.MAX_VALUE + " rows; cut it");
        }
        int before = faults.size();
        RowReader.read(number, DIGITS, cells, this::fault).ifPresent(row -> {
            remember(row.id());
            try {
                queue.add((int) number, place, kinds.of(row), row.count());
            } catch (InputException e) {
                fault(new RowFault(number, column(e), e.getMessage()));
            }
        });
        if (faults.size() > before) {
            places.put(number, place);
        }
    }

    /** The column that a setting of the engine is written in. */
    private static Optional<String> column(InputException e) {
        return e.field()
                .map(field -> field.equals("size") ? "width" : field.replace('-', '_'))
                .flatMap(Column::named)
                .map(Column::text);
    }

    @Override
    public void fault(RowFault fault) {
        if (faults.size() == MOST_FAULTS) {
            throw InputException.about(
                    "table",
                    "more than " + MOST_FAULTS + " rows are at fault, the first: "
                            + faults.getFirst().line());
        }
        faults.add(fault);
    }

    private void remember(String id) {
        if (idCount == ids.length) {
            ids = Arrays.copyOf(ids, 2 * idCount);
        }
        ids[idCount++] = print(id);
    }

    /** 64 bits of an id: two of a million rows agree by chance once in 40 million tables, and are compared then. */
    static long print(String id) {
        return ByteBuffer.wrap(Digest.sha256(id.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    /** Rows of one id. */
    private void twins(Table table) throws IOException {
        Arrays.sort(ids, 0, idCount);
        Set<Long> twice = new HashSet<>();
        for (int i = 1; i < idCount; i++) {
            if (ids[i] == ids[i - 1]) {
                twice.add(ids[i]);
            }
        }
        if (twice.isEmpty()) {
            return;
        }
        Map<String, Long> first = new HashMap<>();
        Set<Integer> others = new HashSet<>();
        table.scan(new Table.Visitor() {
            @Override
            public void row(long number, Table.Place place, Map<String, Object> cells) {
                RowReader.read(number, DIGITS, cells, told -> {})
                        .filter(row -> twice.contains(print(row.id())))
                        .ifPresent(row -> {
                            var before = first.putIfAbsent(row.id(), number);
                            if (before != null) {
                                others.add((int) number);
                                places.put(number, place);
                                Census.this.fault(new RowFault(
                                        number,
                                        Optional.of(Column.ID.text()),
                                        row.id() + " is the id of row " + before + ", too"));
                            }
                        });
            }

            @Override
            public void fault(RowFault fault) {
                // Told in the first reading.
            }
        });
        queue.remove(others);
    }
}
