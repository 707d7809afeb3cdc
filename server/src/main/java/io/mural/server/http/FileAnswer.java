package io.mural.server.http;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Answers with a file, or the part of it that is asked for. */
public final class FileAnswer {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final int BUFFER = 64 << 10;

    private FileAnswer() {}

    /** @param name under which a browser saves it */
    public static void send(Exchange exchange, Path file, String type, String name) {
        try {
            long size = Files.size(file);
            var tag = "\"" + Long.toHexString(Files.getLastModifiedTime(file).toMillis()) + "-" + Long.toHexString(size)
                    + "\"";
            exchange.header("ETag", tag);
            exchange.header("Accept-Ranges", "bytes");
            exchange.header("Cache-Control", "private, no-cache");
            exchange.header("Content-Disposition", "inline; filename=\"" + name + "\"");
            if (exchange.header("If-None-Match").filter(tag::equals).isPresent()) {
                exchange.answer(304);
                return;
            }
            part(exchange, file, type, size, tag);
        } catch (IOException e) {
            throw new Exchange.Gone(e);
        }
    }

    private static void part(Exchange exchange, Path file, String type, long size, String tag) throws IOException {
        boolean fresh =
                exchange.header("If-Range").filter(given -> !given.equals(tag)).isEmpty();
        var range = RANGE.matcher(exchange.header("Range").filter(each -> fresh).orElse(""));
        if (!range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) {
            copy(exchange, 200, file, type, 0, size);
            return;
        }
        long first;
        long last = size - 1;
        if (range.group(1).isEmpty()) {
            first = Math.max(0, size - Long.parseLong(range.group(2)));
        } else {
            first = Long.parseLong(range.group(1));
            last = range.group(2).isEmpty() ? last : Math.min(last, Long.parseLong(range.group(2)));
        }
        if (first > last) {
            exchange.header("Content-Range", "bytes */" + size);
            exchange.answer(416);
            return;
        }
        exchange.header("Content-Range", "bytes " + first + "-" + last + "/" + size);
        copy(exchange, 206, file, type, first, last - first + 1);
    }

    private static void copy(Exchange exchange, int status, Path file, String type, long first, long count)
            throws IOException {
        try (var channel = FileChannel.open(file)) {
            exchange.header("Content-Length", Long.toString(count));
            exchange.answer(status, type, out -> {
                var in = Channels.newInputStream(channel.position(first));
                var buffer = new byte[BUFFER];
                long left = count;
                while (left > 0) {
                    int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (read < 0) {
                        throw new IOException("the file has become shorter");
                    }
                    out.write(buffer, 0, read);
                    left -= read;
                }
            });
        }
    }
}
