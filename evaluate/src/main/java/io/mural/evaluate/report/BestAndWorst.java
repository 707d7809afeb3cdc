package io.mural.evaluate.report;

import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Report;
import io.mural.weights.text.WholeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** A page in HTML that shows the best and the worst pictures by every metric, so that a number is never all one sees. */
public final class BestAndWorst {
    private static final int SHOWN = 8;
    private static final String STYLE = "body{font:14px sans-serif;margin:2em}figure{display:inline-block;width:240px;"
            + "vertical-align:top;margin:0 12px 12px 0}img{width:240px}figcaption{overflow-wrap:anywhere}";
    /** Of these a smaller value is the better one. */
    private static final Pattern SMALLER_IS_BETTER = Pattern.compile("lpips|(seam|comb|bands|gate-failed).*");

    private BestAndWorst() {}

    /** Writes the page; pictures are linked from where they are. */
    public static void write(Path file, Report report) {
        WholeFile.write(file, page(file, report).getBytes(StandardCharsets.UTF_8));
    }

    static String page(Path file, Report report) {
        var page = new StringBuilder("<!doctype html><meta charset=\"utf-8\"><title>Best and worst</title><style>")
                .append(STYLE)
                .append("</style>\n");
        Set<String> names = new LinkedHashSet<>();
        report.each().forEach(judged -> names.addAll(judged.values().keySet()));
        if (names.isEmpty()) {
            page.append("<p>None of the metrics has a value of single pictures.</p>\n");
        }
        for (var name : names) {
            var order = Comparator.comparingDouble(
                    (Judged judged) -> judged.values().getOrDefault(name, Double.NaN));
            var sorted = report.each().stream()
                    .filter(judged -> judged.values().containsKey(name))
                    .sorted(SMALLER_IS_BETTER.matcher(name).matches() ? order : order.reversed())
                    .toList();
            int count = Math.min(SHOWN, sorted.size());
            section(page, file, name + ", best", name, sorted.subList(0, count));
            section(
                    page,
                    file,
                    name + ", worst",
                    name,
                    sorted.subList(sorted.size() - count, sorted.size()).reversed());
        }
        return page.toString();
    }

    private static void section(StringBuilder page, Path file, String title, String name, List<Judged> pictures) {
        page.append("<h2>").append(escaped(title)).append("</h2>\n");
        for (var judged : pictures) {
            var value = String.format(Locale.ROOT, "%.4f", judged.values().get(name));
            var link = escaped(link(file, judged.picture()));
            page.append("<figure><a href=\"")
                    .append(link)
                    .append("\"><img loading=\"lazy\" src=\"")
                    .append(link)
                    .append("\" alt=\"\"></a><figcaption><b>")
                    .append(value)
                    .append("</b> ")
                    .append(escaped(place(judged.picture())))
                    .append(judged.prompt().isEmpty() ? "" : "<br>" + escaped(judged.prompt()))
                    .append("</figcaption></figure>\n");
        }
    }

    /** A file with the folder it is in: pictures of several folders may share their names. */
    private static String place(Path picture) {
        int names = picture.getNameCount();
        return picture.subpath(Math.max(0, names - 2), names).toString();
    }

    /** Relative to the page where that is possible, with every byte that means something in a link escaped. */
    private static String link(Path page, Path picture) {
        var folder = page.toAbsolutePath().normalize().getParent();
        var target = picture.toAbsolutePath().normalize();
        var relative = folder != null && folder.getRoot().equals(target.getRoot()) ? folder.relativize(target) : target;
        var link = new StringBuilder();
        for (var part : relative) {
            link.append(link.isEmpty() ? "" : "/").append(percent(part.toString()));
        }
        return link.toString();
    }

    private static String percent(String name) {
        var out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            out.append(plain ? String.valueOf(c) : String.format("%%%02X", b & 0xff));
        }
        return out.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
