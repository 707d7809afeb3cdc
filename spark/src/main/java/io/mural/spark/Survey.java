package io.mural.spark;

import io.mural.batch.BatchListener.Totals;
import io.mural.batch.RowFault;
import io.mural.spark.Assayed.Kind;
import io.mural.tensor.InputException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * What the driver knows of a table: sums over its parts, and the rows at fault. Its size depends on how many kinds of pictures
 * there are, not on the number of rows.
 *
 * @param parts what each part of the table takes, by kind
 * @param faults rows that cannot be made
 * @param twins of those the ones whose id another row has, too, with the message
 */
record Survey(List<Map<Kind, Cut.Sum>> parts, Totals totals, List<RowFault> faults, Map<Long, String> twins) {
    /** More would tell nobody anything. */
    private static final int MOST_FAULTS = 100_000;

    /** What a part of the table takes. */
    private record Part(
            long rows,
            Map<Kind, Cut.Sum> kinds,
            double flops,
            double seconds,
            long pictures,
            long bytes,
            long memory,
            List<Fault> faults)
            implements Serializable {}

    private record Fault(long row, Assayed.Fault fault) implements Serializable {}

    private record Id(long row, String id) implements Serializable {}

    static Survey of(JavaRDD<Assayed> rows, List<String> columns) {
        var parts = rows.mapPartitions(each -> List.of(part(each)).iterator()).collect();
        List<RowFault> faults = new ArrayList<>();
        for (var part : parts) {
            part.faults().forEach(fault -> faults.add(fault.fault().of(fault.row())));
            if (faults.size() > MOST_FAULTS) {
                throw tooMany(faults);
            }
        }
        var twins = twins(rows, columns);
        twins.forEach((row, message) -> faults.add(new RowFault(row, java.util.Optional.of("id"), message)));
        faults.sort(java.util.Comparator.comparingLong(RowFault::row));
        return new Survey(parts.stream().map(Part::kinds).toList(), totals(parts), faults, twins);
    }

    private static InputException tooMany(List<RowFault> faults) {
        return InputException.about(
                "table",
                "more than " + MOST_FAULTS + " rows are at fault, the first: "
                        + faults.getFirst().line());
    }

    private static Part part(java.util.Iterator<Assayed> rows) {
        Map<Kind, Cut.Sum> kinds = new HashMap<>();
        List<Fault> faults = new ArrayList<>();
        long sound = 0;
        long pictures = 0;
        double flops = 0;
        double seconds = 0;
        long bytes = 0;
        long memory = 0;
        while (rows.hasNext()) {
            var row = rows.next();
            var cost = row.cost();
            kinds.merge(row.kind(), new Cut.Sum(row.pictures(), row.pictures() * cost.seconds()), Cut.Sum::plus);
            if (row.fault() != null) {
                if (faults.size() <= MOST_FAULTS) {
                    faults.add(new Fault(row.row().number(), row.fault()));
                }
                continue;
            }
            sound++;
            pictures += row.pictures();
            flops += row.pictures() * cost.flops();
            seconds += row.pictures() * cost.seconds();
            bytes += row.pictures() * cost.bytes();
            memory = Math.max(memory, cost.memory());
        }
        return new Part(sound, kinds, flops, seconds, pictures, bytes, memory, faults);
    }

    private static Totals totals(List<Part> parts) {
        Set<Kind> kinds = new HashSet<>();
        parts.forEach(part -> kinds.addAll(part.kinds().keySet()));
        kinds.removeIf(kind -> kind.setup().isEmpty());
        return new Totals(
                parts.stream().mapToLong(Part::rows).sum(),
                kinds.size(),
                parts.stream().mapToLong(Part::pictures).sum(),
                parts.stream().mapToDouble(Part::flops).sum(),
                parts.stream().mapToDouble(Part::seconds).sum(),
                parts.stream().mapToLong(Part::bytes).sum(),
                parts.stream().mapToLong(Part::memory).max().orElse(0));
    }

    /** Rows whose id an earlier one has, with the message. */
    private static Map<Long, String> twins(JavaRDD<Assayed> rows, List<String> columns) {
        Set<Long> prints = new HashSet<>(rows.filter(row -> row.fault() == null)
                .mapToPair(row -> new Tuple2<>(row.print(), 1))
                .reduceByKey(Integer::sum)
                .filter(print -> print._2 > 1)
                .keys()
                .take(MOST_FAULTS + 1));
        Map<Long, String> twins = new TreeMap<>();
        if (prints.isEmpty()) {
            return twins;
        }
        var ids = new ArrayList<>(rows.filter(row -> row.fault() == null && prints.contains(row.print()))
                .map(row -> new Id(
                        row.row().number(),
                        row.row().read(columns, told -> {}).orElseThrow().id()))
                .take(2 * MOST_FAULTS));
        ids.sort(java.util.Comparator.comparingLong(Id::row));
        Map<String, Long> first = new HashMap<>();
        for (var each : ids) {
            var before = first.putIfAbsent(each.id(), each.row());
            if (before != null) {
                twins.put(each.row(), each.id() + " is the id of row " + before + ", too");
            }
        }
        if (ids.size() == 2 * MOST_FAULTS) {
            throw tooMany(List.of(new RowFault(
                    twins.keySet().iterator().next(),
                    java.util.Optional.of("id"),
                    twins.values().iterator().next())));
        }
        return twins;
    }
}
