package io.mural.cli.hub;

import io.mural.cli.console.BadUsage;
import io.mural.cli.progress.ProgressMode;
import io.mural.engine.hub.HubName;
import io.mural.engine.hub.Pull;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural pull}: a model from the Hugging Face hub into its cache on this machine. */
@Command(
        name = "pull",
        sortOptions = false,
        description = {
            "Downloads a model from the Hugging Face hub: the files that mural reads, into the cache that the hub's own"
                    + " tools use, too.",
            "The model's path goes to stdout, everything else to stderr. A pull that was stopped goes on when it is run"
                    + " again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural pull black-forest-labs/FLUX.2-klein-4B",
            "  mural generate \"a calm sea\" --model black-forest-labs/FLUX.2-klein-4B",
            "  mural pull someone/a-style-lora:style.safetensors",
            "  HF_TOKEN=... mural pull black-forest-labs/FLUX.1-dev"
        })
public final class PullCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "ORG/NAME[@REVISION][:FILE]",
            description = "The model, at a branch, tag or commit (default: main); with FILE only that file of it.")
    private String model;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            description = "auto (a bar on terminals, lines elsewhere), plain (lines), json (an object a line) or none."
                    + " Default: auto.")
    private ProgressMode progress = ProgressMode.AUTO;

    @Override
    public void run() {
        var name = HubName.of(model)
                .orElseThrow(() -> new BadUsage("'" + model + "' is no model on the hub; name it as ORG/NAME"));
        Path path;
        try (var report = new PullReport(progress, spec.commandLine().getErr())) {
            path = new Pull(HubPath.settings(), report).run(name);
        }
        spec.commandLine().getOut().println(path);
    }
}
