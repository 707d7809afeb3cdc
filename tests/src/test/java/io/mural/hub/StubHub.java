package io.mural.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The Hugging Face hub on loopback: a listing of files, redirects to a store on another port, and its manners in trouble.
 * Faults are answers that stand in a queue, by a part of the path; one is taken for each request that fits.
 */
public final class StubHub implements AutoCloseable {
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    /** Above it a file is in the store of large files. */
    private static final int LARGE = 2000;

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
    private static final Pattern TREE = Pattern.compile("/api/models/([^/]+/[^/]+)/tree/([^/]+)");
    private static final Pattern RESOLVE = Pattern.compile("/([^/]+/[^/]+)/resolve/([^/]+)/(.+)");

    private final HttpServer hub = server();
    private final HttpServer store = server();
    private final Map<String, Map<String, byte[]>> models = new ConcurrentHashMap<>();
    private final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private volatile int entriesAtOnce = 1000;
    private volatile String commit = COMMIT;
    private volatile long pauseNanos;

    /** What was asked, and of whom. */
    public record Request(boolean store, String path, String authorization, String range) {}

    /** Answers a request in a way of its own; false lets the usual answer follow. */
    public interface Fault {
        boolean answer(HttpExchange exchange, byte[] body) throws IOException;
    }

    public StubHub() {
        hub.createContext("/", exchange -> guarded(exchange, this::hub));
        store.createContext("/", exchange -> guarded(exchange, this::store));
        for (var server : List.of(hub, store)) {
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
        }
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void guarded(HttpExchange exchange, Answer answer) throws IOException {
        try (exchange) {
            answer.to(exchange);
        }
    }

    public String address() {
        return "http://localhost:" + hub.getAddress().getPort();
    }

    public void add(String model, String path, byte[] bytes) {
        models.computeIfAbsent(model, name -> new ConcurrentHashMap<>()).put(path, bytes);
    }

    /** A folder as a model. */
    public void add(String model, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                add(model, folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    /** The next request whose path holds {@code part} is answered so. */
    public void fault(String part, Fault fault) {
        faults.computeIfAbsent(part, key -> new ConcurrentLinkedQueue<>()).add(fault);
    }

    /** Takes the faults back that no request has met; says how many. */
    public int drain(String part) {
        var left = faults.remove(part);
        return left == null ? 0 : left.size();
    }

    /** From now on only who shows a token gets a model. */
    public void gate(String model, String token) {
        tokens.put(model, token);
    }

    /** The branch moves on. */
    public void commit(String to) {
        commit = to;
    }

    /** Listings come in parts. */
    public void entriesAtOnce(int number) {
        entriesAtOnce = number;
    }

    /** Bytes of large files come slowly. */
    public void slow(long nanosAKibibyte) {
        pauseNanos = nanosAKibibyte;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public static Fault status(int status, String... headers) {
        return (exchange, body) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    /** Sends so many bytes of what it promised, and hangs up. */
    public static Fault cutAfter(int bytes) {
        return (exchange, body) -> {
            var part = part(exchange, body);
            exchange.sendResponseHeaders(part.length == body.length ? 200 : 206, part.length);
            exchange.getResponseBody().write(part, 0, Math.min(bytes, part.length - 1));
            exchange.getResponseBody().flush();
            return true;
        };
    }

    /** Takes no notice of ranges. */
    public static Fault whole() {
        return (exchange, body) -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            return true;
        };
    }

    /** Sends other bytes than it listed. */
    public static Fault other(Function<byte[], byte[]> change) {
        return (exchange, body) -> {
            var part = part(exchange, change.apply(body.clone()));
            exchange.sendResponseHeaders(part.length == body.length ? 200 : 206, part.length);
            exchange.getResponseBody().write(part);
            return true;
        };
    }

    private Fault fault(String path) {
        for (var each : faults.entrySet()) {
            if (path.contains(each.getKey())) {
                var fault = each.getValue().poll();
                if (fault != null) {
                    return fault;
                }
            }
        }
        return (exchange, body) -> false;
    }

    private void note(HttpExchange exchange, boolean atStore) {
        var headers = exchange.getRequestHeaders();
        requests.add(new Request(
                atStore,
                exchange.getRequestURI().toString(),
                headers.getFirst("Authorization"),
                headers.getFirst("Range")));
    }

    private void hub(HttpExchange exchange) throws IOException {
        note(exchange, false);
        var path = exchange.getRequestURI().getPath();
        if (fault(path).answer(exchange, new byte[0])) {
            return;
        }
        var tree = TREE.matcher(path);
        var resolve = RESOLVE.matcher(path);
        var model = tree.matches() ? tree.group(1) : resolve.matches() ? resolve.group(1) : "";
        if (!models.containsKey(model)) {
            // The real one does not tell what is private from what is not there.
            status(401, "X-Error-Code", "RepoNotFound").answer(exchange, null);
        } else if (!List.of("main", "v1", commit, COMMIT).contains(tree.matches() ? tree.group(2) : resolve.group(2))) {
            status(404, "X-Error-Code", "RevisionNotFound").answer(exchange, null);
        } else if (tree.matches()) {
            list(exchange, model);
        } else if (!mayRead(exchange, model)) {
            status(403, "X-Error-Code", "GatedRepo").answer(exchange, null);
        } else {
            resolve(exchange, model, resolve.group(3));
        }
    }

    private boolean mayRead(HttpExchange exchange, String model) {
        var token = tokens.get(model);
        return token == null
                || ("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private void list(HttpExchange exchange, String model) throws IOException {
        List<Map<String, Object>> entries = new ArrayList<>();
        entries.add(Map.of("type", "directory", "path", "transformer", "size", 0, "oid", "0".repeat(40)));
        models.get(model).keySet().stream()
                .sorted()
                .forEach(path -> entries.add(entry(path, models.get(model).get(path))));
        var query = exchange.getRequestURI().getQuery();
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceFirst(".*cursor=", "")) : 0;
        int to = Math.min(entries.size(), from + entriesAtOnce);
        if (to < entries.size()) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            "<" + address() + exchange.getRequestURI().getPath() + "?recursive=true&cursor=" + to
                                    + ">; rel=\"next\"");
        }
        var text = Json.write(entries.subList(from, to)).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, text.length);
        exchange.getResponseBody().write(text);
    }

    private static Map<String, Object> entry(String path, byte[] bytes) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("type", "file");
        entry.put("path", path);
        entry.put("size", bytes.length);
        entry.put("oid", bytes.length > LARGE ? "f".repeat(40) : gitHash(bytes));
        if (bytes.length > LARGE) {
            entry.put("lfs", Map.of("oid", hash("SHA-256", bytes), "size", bytes.length, "pointerSize", 134));
        }
        return entry;
    }

    public static String hash(byte[] bytes) {
        return bytes.length > LARGE ? hash("SHA-256", bytes) : gitHash(bytes);
    }

    private static String gitHash(byte[] bytes) {
        var head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        var all = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hash("SHA-1", all);
    }

    private static String hash(String kind, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(kind).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void resolve(HttpExchange exchange, String model, String path) throws IOException {
        var bytes = models.get(model).get(path);
        if (bytes == null) {
            status(404, "X-Error-Code", "EntryNotFound").answer(exchange, null);
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.set("X-Repo-Commit", commit);
        headers.set("X-Linked-Etag", '"' + hash(bytes) + '"');
        headers.set("X-Linked-Size", String.valueOf(bytes.length));
        if (bytes.length > LARGE) {
            headers.set("Location", "http://localhost:" + store.getAddress().getPort() + "/" + model + "/" + path);
            exchange.sendResponseHeaders(302, -1);
        } else {
            send(exchange, bytes, false);
        }
    }

    private void store(HttpExchange exchange) throws IOException {
        note(exchange, true);
        var path = exchange.getRequestURI().getPath();
        var parts = path.substring(1).split("/", 3);
        var bytes = models.get(parts[0] + "/" + parts[1]).get(parts[2]);
        if (!fault(path).answer(exchange, bytes)) {
            send(exchange, bytes, pauseNanos > 0);
        }
    }

    private void send(HttpExchange exchange, byte[] bytes, boolean slowly) throws IOException {
        var part = part(exchange, bytes);
        exchange.sendResponseHeaders(exchange.getRequestHeaders().getFirst("Range") == null ? 200 : 206, part.length);
        var out = exchange.getResponseBody();
        for (int at = 0; at < part.length; at += 1024) {
            out.write(part, at, Math.min(1024, part.length - at));
            if (slowly) {
                out.flush();
                LockSupport.parkNanos(pauseNanos);
            }
        }
    }

    private static byte[] part(HttpExchange exchange, byte[] bytes) {
        var range = exchange.getRequestHeaders().getFirst("Range");
        var match = RANGE.matcher(range == null ? "" : range);
        if (!match.matches()) {
            return bytes;
        }
        int from = Integer.parseInt(match.group(1));
        int to = match.group(2).isEmpty() ? bytes.length : Integer.parseInt(match.group(2)) + 1;
        exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
        return Arrays.copyOfRange(bytes, from, Math.min(to, bytes.length));
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
    }
}
