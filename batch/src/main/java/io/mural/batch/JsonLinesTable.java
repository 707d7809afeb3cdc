package io.mural.batch;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A JSON object a line; empty lines are passed over. */
final class JsonLinesTable implements Table {
    private static final int LONGEST = 16 << 20;

    private final Path path;
    private final RandomAccessFile file;

    JsonLinesTable(Path path) throws IOException {
        this.path = path;
        file = new RandomAccessFile(path.toFile(), "r");
    }

    @Override
    public void scan(Visitor visitor) throws IOException {
        Set<String> known = new HashSet<>();
        long number = 0;
        long offset = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            var line = new ByteArrayOutputStream();
            for (boolean more = true; more; ) {
                more = line(in, line);
                var place = new Place(offset, line.size());
                offset += line.size() + 1L;
                if (!isBlank(line.toByteArray())) {
                    number++;
                    row(visitor, known, number, place, line.toByteArray());
                }
                line.reset();
            }
        }
    }

    /** Whether a line end follows. */
    private boolean line(InputStream in, ByteArrayOutputStream line) throws IOException {
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return false;
            }
            line.write(next);
            if (line.size() > LONGEST) {
                throw new InputException(path + ": a line is longer than " + (LONGEST >> 20)
                        + " MiB; JSON lines have one row a line");
            }
        }
        return true;
    }

    private static boolean isBlank(byte[] line) {
        for (byte next : line) {
            if (next > ' ' || next < 0) {
                return false;
            }
        }
        return true;
    }

    private void row(Visitor visitor, Set<String> known, long number, Place place, byte[] line) {
        try {
            var cells = parse(line);
            for (var name : cells.keySet()) {
                if (!known.contains(name)) {
                    var wrong = RowReader.faultsOf(Set.of(name));
                    if (!wrong.isEmpty()) {
                        visitor.fault(new RowFault(number, Optional.empty(), wrong.getFirst()));
                        return;
                    }
                    known.add(name);
                }
            }
            visitor.row(number, place, cells);
        } catch (InputException e) {
            visitor.fault(new RowFault(number, Optional.empty(), e.getMessage()));
        }
    }

    private static Map<String, Object> parse(byte[] line) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
            return Json.parse("the line", text.startsWith("\uFEFF") ? text.substring(1) : text).asMap();
        } catch (CharacterCodingException e) {
            throw new InputException("the line is not valid UTF-8 text; save the table as UTF-8", e);
        }
    }

    @Override
    public synchronized Map<String, Object> cells(Place place) throws IOException {
        var line = new byte[place.length()];
        file.seek(place.offset());
        file.readFully(line);
        return parse(line);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
