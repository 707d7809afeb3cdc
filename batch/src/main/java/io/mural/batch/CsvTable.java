package io.mural.batch;

import io.mural.tensor.InputException;
import java.io.BufferedInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Comma-separated values in UTF-8 with a header, as RFC 4180 has them. */
final class CsvTable implements Table {
    private static final CSVFormat ROWS =
            CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

    private static final int LONGEST = 16 << 20;

    private final Path path;
    private final RandomAccessFile file;
    private List<String> columns = List.of();

    CsvTable(Path path) throws IOException {
        this.path = path;
        file = new RandomAccessFile(path.toFile(), "r");
    }

    @Override
    public void scan(Visitor visitor) throws IOException {
        try (var letters = new Letters(path);
                var parser = CSVParser.builder()
                        .setReader(letters)
                        .setCharset(StandardCharsets.UTF_8)
                        .setFormat(ROWS)
                        .setTrackBytes(true)
                        .get()) {
            var records = parser.iterator();
            if (!records.hasNext()) {
                throw InputException.about("table", path + ": is empty; its first line names the columns");
            }
            header(records.next());
            CSVRecord waiting = null;
            while (records.hasNext()) {
                var next = records.next();
                letters.rowEnds();
                if (waiting != null) {
                    row(visitor, waiting, next.getBytePosition());
                }
                waiting = next;
            }
            if (waiting != null) {
                row(visitor, waiting, file.length());
            }
        } catch (UncheckedIOException e) {
            throw unreadable(e.getCause());
        } catch (CSVException e) {
            throw unreadable(e);
        }
    }

    private InputException unreadable(IOException e) {
        if (e instanceof CharacterCodingException) {
            return InputException.about("table", path + ": is not valid UTF-8 text; save the table as UTF-8", e);
        }
        return InputException.about(
                "table",
                path + ": cannot be read as comma-separated values: " + e.getMessage() + "; quote texts with commas",
                e);
    }

    private void header(CSVRecord record) {
        columns = record.stream().map(String::strip).toList();
        if (columns.getFirst().startsWith("\uFEFF")) {
            columns = new ArrayList<>(columns);
            columns.set(0, columns.getFirst().substring(1));
        }
        var wrong = new ArrayList<>(RowReader.faultsOf(columns));
        if (columns.stream().distinct().count() < columns.size()) {
            wrong.add("two columns have one name; rename one");
        }
        if (!columns.contains(Column.PROMPT.text())) {
            wrong.add("there is no column prompt; the first line names the columns");
        }
        if (!wrong.isEmpty()) {
            throw InputException.about("table", path + ": " + String.join("; ", wrong));
        }
    }

    private void row(Visitor visitor, CSVRecord record, long end) {
        long number = record.getRecordNumber() - 1;
        if (record.size() != columns.size()) {
            visitor.fault(new RowFault(
                    number,
                    Optional.empty(),
                    "has " + record.size() + " values but the table has " + columns.size() + " columns"));
            return;
        }
        int length = Math.toIntExact(end - record.getBytePosition());
        visitor.row(number, new Place(record.getBytePosition(), length), named(record));
    }

    private Map<String, Object> named(CSVRecord record) {
        Map<String, Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            cells.put(columns.get(i), record.get(i));
        }
        return cells;
    }

    @Override
    public synchronized Map<String, Object> cells(Place place) throws IOException {
        var bytes = new byte[place.length()];
        file.seek(place.offset());
        file.readFully(bytes);
        try (var parser = CSVParser.builder()
                .setReader(new StringReader(new String(bytes, StandardCharsets.UTF_8)))
                .setFormat(ROWS)
                .get()) {
            return named(parser.iterator().next());
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The text of a file, which must be UTF-8. A quote that is not closed would make one row of all that follows. */
    private static final class Letters extends FilterReader {
        private final Path path;
        private long count; // since a row ended

        Letters(Path path) throws IOException {
            super(new InputStreamReader(
                    new BufferedInputStream(Files.newInputStream(path), 1 << 16), StandardCharsets.UTF_8.newDecoder()));
            this.path = path;
        }

        void rowEnds() {
            count = 0;
        }

        @Override
        public int read() throws IOException {
            count(1);
            return super.read();
        }

        @Override
        public int read(char[] text, int from, int length) throws IOException {
            int read = super.read(text, from, length);
            count(read);
            return read;
        }

        private void count(int letters) {
            count += letters;
            if (count > LONGEST) {
                throw InputException.about(
                        "table",
                        path + ": a row is longer than " + (LONGEST >> 20) + " MiB; a quote may not be closed");
            }
        }
    }
}
