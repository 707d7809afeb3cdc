package io.mural.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/** Values of Spark's rows as readers of tables know them: texts, numbers, lists and objects. */
final class Cells {
    private Cells() {}

    static Map<String, Object> of(List<String> columns, Object... values) {
        Map<String, Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            cells.put(columns.get(i), value(values[i]));
        }
        return cells;
    }

    private static Object value(Object value) {
        return switch (value) {
            case scala.collection.Seq<?> list -> list(list);
            case Row object -> object(object);
            case null, default -> value;
        };
    }

    private static List<Object> list(scala.collection.Seq<?> list) {
        List<Object> values = new ArrayList<>();
        list.foreach(each -> values.add(value(each)));
        return values;
    }

    private static Map<String, Object> object(Row row) {
        Map<String, Object> object = new LinkedHashMap<>();
        var names = row.schema().fieldNames();
        for (int i = 0; i < names.length; i++) {
            object.put(names[i], value(row.get(i)));
        }
        return object;
    }
}
