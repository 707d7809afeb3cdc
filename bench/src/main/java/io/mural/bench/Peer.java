package io.mural.bench;

import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;

/** Another engine in a process of its own, which answers a line of JSON with a line of JSON. */
final class Peer implements AutoCloseable {
    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;
    private final String version;

    /** @param command the process and its arguments, such as {@code python3 bench/peers/torch_peer.py} */
    Peer(List<String> command, Site site) {
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command) + " does not start", e);
        }
        requests = process.outputWriter();
        answers = process.inputReader();
        var request = new LinkedHashMap<String, Object>();
        request.put("op", "start");
        request.put("threads", site.threads());
        request.put("device", site.isGpu() ? "cuda" : "cpu");
        version = ask(request).string("version");
    }

    String version() {
        return version;
    }

    /** What a GPU was seen to do at most: bfloat16 products, and copies within its memory. */
    Roofline ceilings() {
        var request = new LinkedHashMap<String, Object>();
        request.put("op", "ceilings");
        var answer = ask(request);
        return new Roofline(answer.number("gflops"), answer.number("gigabytes"));
    }

    /** The engines of this peer that can do the work. */
    List<String> engines(Work work) {
        var request = new LinkedHashMap<>(work.request());
        request.put("engine", "?");
        return ask(request).strings("engines");
    }

    /** Seconds of calls that together take about {@code seconds}. */
    double[] measure(Work work, String engine, double seconds) {
        var request = new LinkedHashMap<>(work.request());
        request.put("engine", engine);
        request.put("seconds", seconds);
        return ask(request).numbers("samples");
    }

    private JsonObject ask(LinkedHashMap<String, Object> request) {
        try {
            requests.write(Json.write(request) + "\n");
            requests.flush();
            var answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("the peer ended at " + request);
            }
            return Json.parse("peer", answer);
        } catch (IOException e) {
            throw new UncheckedIOException("the peer does not answer " + request, e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
