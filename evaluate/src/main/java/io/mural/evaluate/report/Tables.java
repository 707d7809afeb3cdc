package io.mural.evaluate.report;

import io.mural.evaluate.set.Figure;
import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Report;
import io.mural.weights.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A report as text for people, as CSV for tables, and as JSON for programs. */
public final class Tables {
    private Tables() {}

    // --- text
    // -----------------------------------------------------------------------------------------------------------

    /** One line a figure, then what they depend on. */
    public static String text(Report report) {
        var text = new StringBuilder();
        for (var figure : report.figures()) {
            var interval = figure.interval();
            var range = interval.known() ? "[" + number(interval.low()) + ", " + number(interval.high()) + "]" : "";
            text.append(String.format(
                            Locale.ROOT,
                            "%-12s %12s  %-24s n = %d%s",
                            figure.name(),
                            number(figure.value()),
                            range,
                            figure.count(),
                            figure.note().isEmpty() ? "" : ", " + figure.note()))
                    .append('\n');
        }
        report.made()
                .forEach((key, value) ->
                        text.append(key).append(": ").append(value).append('\n'));
        return text.toString();
    }

    /** One line a picture: its values, then its file. */
    public static String eachText(List<Judged> each) {
        var text = new StringBuilder();
        for (var judged : each) {
            judged.values()
                    .forEach((name, value) ->
                            text.append(name).append(' ').append(number(value)).append("  "));
            text.append(judged.picture()).append('\n');
        }
        return text.toString();
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "-" : "infinite";
        }
        return String.format(Locale.ROOT, Math.abs(value) < 0.1 ? "%.6f" : "%.4f", value);
    }

    // --- CSV
    // ------------------------------------------------------------------------------------------------------------

    /** A line of names, then one a figure. */
    public static String csv(Report report) {
        var csv = new StringBuilder("metric,value,low,high,count,note\n");
        for (var figure : report.figures()) {
            csv.append(cell(figure.name()))
                    .append(',')
                    .append(plain(figure.value()))
                    .append(',')
                    .append(plain(figure.interval().low()))
                    .append(',')
                    .append(plain(figure.interval().high()))
                    .append(',')
                    .append(figure.count())
                    .append(',')
                    .append(cell(figure.note()))
                    .append('\n');
        }
        return csv.toString();
    }

    /** A line of names, then one a picture. */
    public static String eachCsv(List<Judged> each) {
        Set<String> names = new LinkedHashSet<>();
        each.forEach(judged -> names.addAll(judged.values().keySet()));
        var csv = new StringBuilder("picture,prompt");
        names.forEach(name -> csv.append(',').append(cell(name)));
        csv.append('\n');
        for (var judged : each) {
            csv.append(cell(judged.picture().toString())).append(',').append(cell(judged.prompt()));
            for (var name : names) {
                csv.append(',').append(plain(judged.values().getOrDefault(name, Double.NaN)));
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    /** Empty where there is no number. */
    private static String plain(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }

    private static String cell(String text) {
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    // --- JSON
    // -----------------------------------------------------------------------------------------------------------

    /** One object: figures, what they depend on and, if {@code withEach}, every picture. */
    public static String json(Report report, boolean withEach) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("figures", report.figures().stream().map(Tables::object).toList());
        json.put("made", report.made());
        if (withEach) {
            List<Object> each = new ArrayList<>();
            report.each().forEach(judged -> each.add(object(judged)));
            json.put("pictures", each);
        }
        return Json.write(json);
    }

    private static Map<String, Object> object(Figure figure) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("metric", figure.name());
        object.put("value", finite(figure.value()));
        object.put("low", finite(figure.interval().low()));
        object.put("high", finite(figure.interval().high()));
        object.put("count", figure.count());
        object.put("note", figure.note());
        return object;
    }

    private static Map<String, Object> object(Judged judged) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("picture", judged.picture().toString());
        if (!judged.prompt().isEmpty()) {
            object.put("prompt", judged.prompt());
        }
        judged.values().forEach((name, value) -> object.put(name, finite(value)));
        return object;
    }

    /** JSON has no form for infinite and missing numbers. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
