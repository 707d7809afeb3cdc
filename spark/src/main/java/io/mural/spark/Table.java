package io.mural.spark;

import io.mural.batch.RowReader;
import io.mural.tensor.InputException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a table with their numbers, which stand for ids that it does not have.
 *
 * @param schema the table's columns
 * @param name for the job's file
 */
record Table(String name, StructType schema, JavaRDD<Numbered> rows) {
    /** Where Spark puts the text of a row that it cannot read. */
    private static final String UNREADABLE = "_mural_unreadable";

    private static final String FILE = "_mural_file";
    private static final String OFFSET = "_mural_offset";

    Table {
        var wrong = new ArrayList<>(RowReader.faultsOf(Arrays.asList(schema.fieldNames())));
        if (!Arrays.asList(schema.fieldNames()).contains("prompt")) {
            wrong.add("there is no column prompt");
        }
        if (!wrong.isEmpty()) {
            throw InputException.about("table", name + ": " + String.join("; ", wrong));
        }
    }

    /** What files of tables hold. */
    enum Format {
        CSV,
        JSONL,
        PARQUET;

        /** By the ending of a name. */
        static Format of(String name) {
            var ending = name.replaceAll("/+$", "").toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst)$", "");
            return switch (ending.substring(ending.lastIndexOf('.') + 1)) {
                case "csv" -> CSV;
                case "jsonl", "ndjson" -> JSONL;
                case "parquet" -> PARQUET;
                default ->
                    throw InputException.about(
                            "table",
                            name + ": its name does not tell what it holds; give a .csv with a header, a .jsonl (JSON"
                                    + " lines) or a .parquet, or say it by `format`");
            };
        }
    }

    /** A file or folder of files. Its rows are numbered in the order of the files' names. */
    static Table read(SparkSession spark, String uri, Format format) {
        var reader = spark.read().option("columnNameOfCorruptRecord", UNREADABLE);
        var rows = switch (format) {
            case CSV -> {
                // As RFC 4180 has it: quotes are doubled, and line ends may stand between them.
                reader.option("header", true).option("multiLine", true).option("escape", "\"");
                var schema = reader.csv(uri).schema();
                yield reader.schema(withUnreadable(schema)).csv(uri);
            }
            case JSONL -> reader.json(uri);
            case PARQUET -> reader.parquet(uri);
        };
        var placed = rows.withColumn(FILE, functions.col("_metadata.file_path"))
                .withColumn(OFFSET, functions.col("_metadata.file_block_start"));
        return new Table(uri, plain(rows.schema()), numbered(placed));
    }

    private static StructType withUnreadable(StructType schema) {
        var fields = new ArrayList<>(Arrays.asList(schema.fields()));
        fields.removeIf(field -> field.name().equals(UNREADABLE));
        fields.add(DataTypes.createStructField(UNREADABLE, DataTypes.StringType, true));
        return new StructType(fields.toArray(new StructField[0]));
    }

    /** Rows of a program, numbered in the order that they have there. */
    static Table of(Dataset<Row> rows) {
        var numbered = rows.javaRDD()
                .zipWithIndex()
                .map(each -> new Numbered(each._2 + 1, values(each._1, each._1.size()), null));
        return new Table("a data set", plain(rows.schema()), numbered);
    }

    /** Without columns that are not the table's; a column without any value counts as one of texts. */
    private static StructType plain(StructType schema) {
        return new StructType(Arrays.stream(schema.fields())
                .filter(field -> !field.name().equals(UNREADABLE))
                .map(field -> field.dataType() instanceof NullType
                        ? DataTypes.createStructField(field.name(), DataTypes.StringType, true)
                        : field)
                .toArray(StructField[]::new));
    }

    private static Object[] values(Row row, int columns) {
        var values = new Object[columns];
        for (int i = 0; i < columns; i++) {
            values[i] = row.get(i);
        }
        return values;
    }

    /** A piece of a file, as a task reads it. */
    private record Split(String file, long offset) implements Comparable<Split>, Serializable {
        static Split of(Row row) {
            return new Split(row.getString(row.fieldIndex(FILE)), row.getLong(row.fieldIndex(OFFSET)));
        }

        @Override
        public int compareTo(Split other) {
            int byFile = file.compareTo(other.file);
            return byFile == 0 ? Long.compare(offset, other.offset) : byFile;
        }
    }

    /** Which task reads which files depends on the cluster; the numbers of rows must not. */
    private static JavaRDD<Numbered> numbered(Dataset<Row> placed) {
        var rows = placed.javaRDD();
        Map<Split, Long> counts = new TreeMap<>();
        rows.mapPartitions(each -> {
                    Map<Split, Long> own = new HashMap<>();
                    each.forEachRemaining(row -> own.merge(Split.of(row), 1L, Long::sum));
                    return own.entrySet().stream()
                            .map(entry -> new Counted(entry.getKey(), entry.getValue()))
                            .iterator();
                })
                .collect()
                .forEach(counted -> counts.merge(counted.split(), counted.rows(), Long::sum));
        var first = new HashMap<Split, Long>();
        long next = 1;
        for (var each : counts.entrySet()) {
            first.put(each.getKey(), next);
            next += each.getValue();
        }
        var schema = placed.schema();
        return rows.mapPartitionsWithIndex(new Numbering(first, columns(schema), unreadable(schema)), false);
    }

    private static int columns(StructType schema) {
        return (int) Arrays.stream(schema.fieldNames())
                .filter(name -> !List.of(UNREADABLE, FILE, OFFSET).contains(name))
                .count();
    }

    private static int unreadable(StructType schema) {
        return Arrays.asList(schema.fieldNames()).indexOf(UNREADABLE);
    }

    private record Counted(Split split, long rows) implements Serializable {}

    /** Gives rows their numbers. */
    private static final class Numbering implements Function2<Integer, Iterator<Row>, Iterator<Numbered>> {
        private static final long serialVersionUID = 1L;

        private final HashMap<Split, Long> first;
        private final int columns;
        private final int unreadable; // its place among the columns; -1 where there is none

        Numbering(HashMap<Split, Long> first, int columns, int unreadable) {
            this.first = first;
            this.columns = columns;
            this.unreadable = unreadable;
        }

        @Override
        public Iterator<Numbered> call(Integer partition, Iterator<Row> rows) {
            var next = new HashMap<>(first);
            return new Mapped<>(rows, row -> numbered(row, next.merge(Split.of(row), 1L, Long::sum) - 1));
        }

        private Numbered numbered(Row row, long number) {
            boolean sound = unreadable < 0 || row.isNullAt(unreadable);
            return new Numbered(
                    number, own(row), sound ? null : "cannot be read: " + shortened(row.getString(unreadable)));
        }

        private Object[] own(Row row) {
            var values = new Object[columns];
            int place = 0;
            for (int i = 0; place < columns; i++) {
                if (i != unreadable) {
                    values[place++] = row.get(i);
                }
            }
            return values;
        }

        private static String shortened(String text) {
            return text.length() > 80 ? text.substring(0, 80) + "..." : text;
        }
    }
}
