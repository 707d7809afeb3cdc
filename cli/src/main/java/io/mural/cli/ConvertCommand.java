package io.mural.cli;

import io.mural.cli.console.BadUsage;
import io.mural.weights.file.TorchArchive;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural convert}: torch's files as safetensors. */
@Command(
        name = "convert",
        sortOptions = false,
        description = {
            "Turns a file of torch's (.pth, .ckpt, .pt) into a safetensors file.",
            "Such a file is a Python pickle, which can hold programs. Only the part that describes tensors is read;"
                    + " a file that asks for anything else is refused by the name of what it asks for."
        },
        footerHeading = "%nExample:%n",
        footer = "  mural convert ultragen_1080p.ckpt ultragen_1080p.safetensors")
final class ConvertCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "IN", description = "A .pth, .ckpt or .pt file.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The .safetensors file to write.")
    private Path out;

    @Override
    public void run() {
        if (!out.toString().endsWith(".safetensors")) {
            throw new BadUsage(out + ": give the file to write a name in .safetensors");
        }
        try (var archive = TorchArchive.open(in)) {
            archive.writeTo(out);
            var err = spec.commandLine().getErr();
            err.println(archive.count() + " tensors"
                    + (archive.others().isEmpty()
                            ? ""
                            : ", left out what is none: " + String.join(", ", archive.others())));
            spec.commandLine().getOut().println(out);
        }
    }
}
