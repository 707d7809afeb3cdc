package io.mural.cli.serve;

import io.mural.Size;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Home;
import io.mural.cli.console.Interrupt;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.generate.SizeOption;
import io.mural.cli.hub.HubPath;
import io.mural.engine.device.Memory;
import io.mural.server.MuralServer;
import io.mural.server.Settings;
import io.mural.server.http.Limits;
import io.mural.server.jobs.Catalog;
import io.mural.tensor.Precision;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mural serve}: pictures over HTTP. */
@Command(
        name = "serve",
        sortOptions = false,
        description = {
            "Serves pictures over HTTP: a page to make them, OpenAI's and AUTOMATIC1111's image APIs, a queue on disk.",
            "The address to open goes to stdout, a line a job to stderr. Ctrl-C stops it; what is queued goes on at the"
                    + " next start."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural serve",
            "  mural serve --model FLUX.2-klein-4B --output pictures",
            "  MURAL_TOKEN=... mural serve --host 0.0.0.0 --allow-host pictures.example"
        })
public final class ServeCommand implements Runnable {
    private static final int LONGEST_TOKEN = 64 << 10;
    private static final int MOST_PORT = 65_535;
    private static final String TOKEN = "MURAL_TOKEN";

    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on. Default: 127.0.0.1.")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port to listen on, 0 for any that is free. Default: 7860.")
    private int port = 7860;

    @Option(
            names = "--model",
            paramLabel = "DIR|FILE|ORG/NAME",
            converter = HubPath.class,
            description = "A model to offer, as for generate; may be given several times, the first is the default."
                    + " Default: the embedded mural-nano.")
    private List<Path> models = List.of();

    @Option(
            names = "--base",
            paramLabel = "DIR|ORG/NAME",
            converter = HubPath.class,
            description = "For single files: the model folder that has what they lack.")
    private Path base;

    @Option(
            names = "--models-dir",
            paramLabel = "DIR",
            description = "A folder whose model folders and files are offered, too.")
    private Path modelsFolder;

    @Option(names = "--lora-dir", paramLabel = "DIR", description = "A folder whose LoRA files requests may name.")
    private Path loraFolder;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Where jobs and pictures are kept. Default: mural-server.")
    private Path output = Path.of("mural-server");

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with the token that clients must send. Default: the environment's MURAL_TOKEN.")
    private Path tokenFile;

    @Option(
            names = "--no-auth",
            description = "Needs no token, even from other machines: whoever reaches the port may use it.")
    private boolean open;

    @Option(
            names = "--cors",
            paramLabel = "ORIGIN",
            description = "A site whose pages may ask, such as https://example.org; may be given several times.")
    private List<String> origins = List.of();

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description = "A name under which the server may be asked; may be given several times.")
    private List<String> hosts = List.of();

    @Option(names = "--queue", paramLabel = "N", description = "Jobs that may wait. Default: 32.")
    private int queue = 32;

    @Option(
            names = "--keep-alive",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "How long an idle model stays open, such as 10m. Default: 10m.")
    private Duration keepAlive = Duration.ofMinutes(10);

    @Option(
            names = "--max-size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "The largest picture that may be asked for. Default: what fits into memory.")
    private Size largest;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "How long the running job has when the server is stopped. Default: 30s.")
    private Duration grace = Duration.ofSeconds(30);

    @Option(names = "--log", paramLabel = "HOW", description = "plain (a line a job) or json. Default: plain.")
    private LogMode log = LogMode.PLAIN;

    @Option(names = "--log-prompts", description = "Writes prompts into the log, too.")
    private boolean logPrompts;

    @Mixin
    private DeviceOptions deviceOptions;

    public ServeCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public void run() {
        check();
        var token = token();
        if (token.isEmpty() && !open && !isLoopback()) {
            throw new BadUsage("--host " + host + " can be reached from other machines; set a token in " + TOKEN
                    + " or with --token-file, or say --no-auth");
        }
        if (token.isPresent() && open) {
            throw new BadUsage("--no-auth and a token: give one of them");
        }
        var lines = log.open(spec.commandLine().getErr());
        var server = new MuralServer(settings(token), lines);
        interrupt.onService(server::close);
        spec.commandLine().getOut().println("mural serves on " + server.address());
        spec.commandLine().getOut().flush();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            server.close();
        }
    }

    private void check() {
        if (port < 0 || port > MOST_PORT) {
            throw new BadUsage("--port " + port + ": choose 0 to " + MOST_PORT);
        }
        if (queue < 1) {
            throw new BadUsage("--queue " + queue + ": choose 1 or more");
        }
        if (base != null && models.isEmpty() && modelsFolder == null) {
            throw new BadUsage("--base belongs to single files; name them with --model or --models-dir");
        }
        origins.forEach(origin -> {
            if (!origin.matches("https?://[^/*]+")) {
                throw new BadUsage("--cors " + origin + ": write scheme and host, as in https://example.org");
            }
        });
    }

    private Optional<String> token() {
        if (tokenFile == null) {
            return Optional.ofNullable(System.getenv(TOKEN)).filter(text -> !text.isBlank());
        }
        try {
            var text = SmallFile.text(tokenFile, LONGEST_TOKEN).strip();
            if (text.isEmpty()) {
                throw new BadUsage("--token-file " + tokenFile + ": is empty; write the token into it");
            }
            return Optional.of(text);
        } catch (IOException e) {
            throw new BadUsage("--token-file " + tokenFile + ": cannot be read; name a file with the token", e);
        }
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new BadUsage("--host " + host + ": is no address of this machine", e);
        }
    }

    private Settings settings(Optional<String> token) {
        var embedded = models.isEmpty() ? Optional.of(Home.model()) : Optional.<Path>empty();
        var catalog = new Catalog(
                models,
                Optional.ofNullable(base),
                Optional.ofNullable(modelsFolder),
                embedded,
                Optional.ofNullable(loraFolder));
        return new Settings(
                host,
                port,
                token,
                origins,
                hosts,
                catalog,
                deviceOptions.choose(Precision.USUAL),
                Memory.budget(),
                output,
                queue,
                keepAlive,
                Optional.ofNullable(largest),
                grace,
                Limits.usual(),
                logPrompts);
    }
}
