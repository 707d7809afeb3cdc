package io.mural.evaluate.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BestAndWorstTest {
    @ParameterizedTest
    @CsvSource({
        "clip, large",
        "clip-iqa, large",
        "psnr, large",
        "lpips, small",
        "seam, small",
        "seam64-columns, small",
        "share64-columns, large",
        "comb64-rows, small",
        "bands, small",
        "gate-failed, small"
    })
    void theBestIsFirst(String metric, String best) {
        var report = new Report(
                List.of(),
                List.of(
                        new Judged(Path.of("small", "0.png"), "", Map.of(metric, 0.1)),
                        new Judged(Path.of("large", "0.png"), "", Map.of(metric, 0.9))),
                Map.of());
        var page = BestAndWorst.page(Path.of("page.html"), report);
        var first = page.substring(page.indexOf("<h2>" + metric + ", best</h2>"));
        assertThat(first.substring(first.indexOf("</b> ") + 5)).startsWith(best + "/0.png");
    }
}
