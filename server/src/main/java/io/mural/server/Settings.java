package io.mural.server;

import io.mural.Size;
import io.mural.engine.device.DeviceChoice;
import io.mural.server.http.Limits;
import io.mural.server.jobs.Catalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a server is started.
 *
 * @param port 0 for any that is free
 * @param token what clients must know; empty for none
 * @param origins sites whose pages may ask
 * @param hosts names under which it may be asked, besides loopback's and its own address
 * @param memory bytes that activations and resident weights may take
 * @param output the folder of jobs and pictures
 * @param queue jobs that may wait
 * @param keepAlive how long an idle model stays open
 * @param largest the largest picture that may be asked for
 * @param grace how long the running job has when the server stops
 * @param logPrompts whether the log may hold prompts
 */
public record Settings(
        String host,
        int port,
        Optional<String> token,
        List<String> origins,
        List<String> hosts,
        Catalog catalog,
        DeviceChoice device,
        long memory,
        Path output,
        int queue,
        Duration keepAlive,
        Optional<Size> largest,
        Duration grace,
        Limits limits,
        boolean logPrompts) {}
