package io.mural.spark;

import io.mural.weights.text.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of the result: the table's own, then what became of each picture. */
final class ResultTable {
    /** Seeds go to 2^64 - 1. */
    private static final DataType SEED = DataTypes.createDecimalType(20, 0);

    private static final Map<String, DataType> TYPES = types();

    private final StructType schema;
    private final List<String> inputs;

    ResultTable(StructType table) {
        inputs = List.of(table.fieldNames());
        Map<String, StructField> fields = new LinkedHashMap<>();
        for (var field : table.fields()) {
            fields.put(field.name(), field(field.name(), TYPES.getOrDefault(field.name(), field.dataType())));
        }
        TYPES.forEach((name, type) -> fields.putIfAbsent(name, field(name, type)));
        schema = new StructType(fields.values().toArray(new StructField[0]));
    }

    private static Map<String, DataType> types() {
        Map<String, DataType> types = new LinkedHashMap<>();
        types.put("id", DataTypes.StringType);
        types.put("identity", DataTypes.StringType);
        types.put("path", DataTypes.StringType);
        types.put("width", DataTypes.IntegerType);
        types.put("height", DataTypes.IntegerType);
        types.put("seed", SEED);
        types.put("seconds", DataTypes.DoubleType);
        types.put("queue_seconds", DataTypes.DoubleType);
        types.put("bytes", DataTypes.LongType);
        types.put("sha256", DataTypes.StringType);
        types.put("device", DataTypes.StringType);
        types.put("host", DataTypes.StringType);
        types.put("executor", DataTypes.StringType);
        types.put("attempt", DataTypes.IntegerType);
        types.put("status", DataTypes.StringType);
        types.put("error", DataTypes.StringType);
        types.put("mural", DataTypes.StringType);
        types.put("model_identity", DataTypes.StringType);
        types.put("recipe", DataTypes.StringType);
        return types;
    }

    private static StructField field(String name, DataType type) {
        return DataTypes.createStructField(name, type, true);
    }

    StructType schema() {
        return schema;
    }

    /**
     * A row of the result.
     *
     * @param values of the row, in the order of the table's columns
     * @param cells what became of a picture, by column
     */
    Row row(Object[] values, Map<String, Object> cells) {
        var row = new ArrayList<>();
        Arrays.stream(schema.fields()).forEach(field -> row.add(value(field, values, cells)));
        return RowFactory.create(row.toArray());
    }

    private Object value(StructField field, Object[] values, Map<String, Object> cells) {
        var name = field.name();
        return TYPES.containsKey(name) ? cast(field.dataType(), cells.get(name)) : values[inputs.indexOf(name)];
    }

    /** Of a failed row, cells may be what the table has there: the error tells what is wrong with them. */
    private static Object cast(DataType type, Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> json -> Json.write(json);
            case Number number when type.equals(DataTypes.IntegerType) -> number.intValue();
            case Number number when type.equals(DataTypes.LongType) -> number.longValue();
            case Number number when type.equals(DataTypes.DoubleType) -> number.doubleValue();
            case BigInteger whole when type instanceof DecimalType -> new BigDecimal(whole);
            case Number number when type instanceof DecimalType -> new BigDecimal(number.toString());
            default -> type.equals(DataTypes.StringType) ? value.toString() : null;
        };
    }
}
