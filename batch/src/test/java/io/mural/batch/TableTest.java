package io.mural.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
    @TempDir
    private Path folder;

    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final List<Table.Place> places = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    private void scan(Table table) throws IOException {
        table.scan(new Table.Visitor() {
            @Override
            public void row(long number, Table.Place place, Map<String, Object> cells) {
                rows.add(cells);
                places.add(place);
            }

            @Override
            public void fault(RowFault fault) {
                faults.add(fault.line());
            }
        });
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }

    private void readsEveryRowAgainAtItsPlace(Table table) throws IOException {
        for (int i = 0; i < rows.size(); i++) {
            assertThat(table.cells(places.get(i))).isEqualTo(rows.get(i));
        }
    }

    @Test
    void csvWithQuotesLineEndsAndOtherAlphabets() throws IOException {
        var text = "\uFEFFprompt,note\r\n\"a sea, calm\",\"two\nlines\"\r\n\r\n海の夕日,\"say \"\"hi\"\"\"\nlast,";
        try (var table = Table.open(file("t.csv", text))) {
            scan(table);

            assertThat(rows)
                    .containsExactly(
                            Map.of("prompt", "a sea, calm", "note", "two\nlines"),
                            Map.of("prompt", "海の夕日", "note", "say \"hi\""),
                            Map.of("prompt", "last", "note", ""));
            readsEveryRowAgainAtItsPlace(table);
        }
    }

    @Test
    void jsonLinesWithEmptyOnesAndWithoutALastLineEnd() throws IOException {
        var text = "{\"prompt\":\"a sea\",\"seed\":3}\n\n \r\n{\"prompt\":\"海\",\"references\":[\"a.png\"]}";
        try (var table = Table.open(file("t.jsonl", text))) {
            scan(table);

            assertThat(rows)
                    .containsExactly(
                            Map.of("prompt", "a sea", "seed", 3L),
                            Map.of("prompt", "海", "references", List.of("a.png")));
            readsEveryRowAgainAtItsPlace(table);
        }
    }

    @Test
    void aLineThatIsNoJsonIsOneRowsFault() throws IOException {
        try (var table = Table.open(file("t.jsonl", "{\"prompt\":\"a\"}\nnothing\n{\"promt\":\"b\"}\n"))) {
            scan(table);

            assertThat(rows).hasSize(1);
            assertThat(faults).hasSize(2);
            assertThat(faults.get(0)).startsWith("row 2");
            assertThat(faults.get(1)).startsWith("row 3").contains("promt", "prompt");
        }
    }

    @Test
    void aRowWithTooManyValuesIsOneRowsFault() throws IOException {
        try (var table = Table.open(file("t.csv", "prompt,seed\na,1\nb,2,3\nc,4\n"))) {
            scan(table);

            assertThat(rows).hasSize(2);
            assertThat(faults).singleElement().asString().startsWith("row 2").contains("3 values", "2 columns");
        }
    }

    @Test
    void aTableThatIsNoneIsRefusedInOneLine() throws IOException {
        assertThatThrownBy(() -> Table.open(folder.resolve("none.csv")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none.csv");
        assertThatThrownBy(() -> Table.open(file("t.parquet", "PAR1"))).hasMessageContaining(".jsonl");
        try (var table = Table.open(file("u.csv", "text,seed\na,1\n"))) {
            assertThatThrownBy(() -> scan(table)).hasMessageContaining("no column prompt");
        }
        try (var table = Table.open(file("v.csv", ""))) {
            assertThatThrownBy(() -> scan(table)).hasMessageContaining("is empty");
        }
    }

    @Test
    void aCsvTableThatIsNotUtf8IsRefused() throws IOException {
        var file = folder.resolve("t.csv");
        Files.write(file, "prompt\nein H\u00fcgel\n".getBytes(StandardCharsets.ISO_8859_1));
        try (var table = Table.open(file)) {
            assertThatThrownBy(() -> scan(table))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("UTF-8");
        }
    }

    @Test
    void rowsBehindSignsOfFourBytesAreFoundAgain() throws IOException {
        try (var table =
                Table.open(file("t.csv", "prompt,seed\n\uD83D\uDE00\uD83C\uDF0A,1\r\n\uD83C\uDF05 b,2\r\nc,3"))) {
            scan(table);

            assertThat(rows).hasSize(3);
            readsEveryRowAgainAtItsPlace(table);
        }
    }

    @Test
    void aQuoteThatIsNotClosedDoesNotTakeTheWholeFile() throws IOException {
        try (var table = Table.open(file("t.csv", "prompt\n\"a sea\n" + "b\n".repeat(9 << 20)))) {
            assertThatThrownBy(() -> scan(table))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("longer than 16 MiB");
        }
    }
}
