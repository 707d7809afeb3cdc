package io.mural.cli.quantize;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.OneLine;
import io.mural.engine.text.Figures;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.quantize.Quantization;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural quantize}: a transformer or a text encoder as a GGUF file of half or a quarter of its size. */
@Command(
        name = "quantize",
        sortOptions = false,
        description = {
            "Rewrites a model's transformer, or a text encoder, as a GGUF file of half or a quarter of the size, and"
                    + " prints what that costs in every layer.",
            "Use the file with --model OUT --base DIR."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural quantize FLUX.1-dev flux1-dev-q8.gguf --to q8",
            "  mural quantize flux1-dev.safetensors flux1-dev-q4.gguf --to q4",
            "  mural quantize FLUX.1-dev/text_encoder_2 t5-q8.gguf --to q8"
        })
public final class QuantizeCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "IN",
            arity = "0..1",
            hideParamSyntax = true,
            description = "A model folder (its transformer), a component's folder, or a safetensors file.")
    private Path in;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            arity = "0..1",
            hideParamSyntax = true,
            description = "The GGUF file to write.")
    private Path out;

    @Option(
            names = "--to",
            paramLabel = "q8|q4",
            description = "q8: Q8_0, 8.5 bits a weight. q4: Q4_K, 4.5 bits a weight.")
    private Quantization.Target target;

    @Option(names = "--force", description = "Replaces OUT if it is there.")
    private boolean force;

    @Override
    public void run() {
        if (in == null || out == null) {
            throw new BadUsage("name a model and the GGUF file to write");
        }
        if (target == null) {
            throw new BadUsage("say how small, with --to q8 or --to q4");
        }
        if (!Files.exists(in)) {
            throw new InputException(in + ": no such file or folder");
        }
        WholeFile.check(out);
        try (var checkpoint =
                ModelFolder.isOne(in) ? ModelFolder.open(in).checkpoint("transformer") : Checkpoint.open(in)) {
            refuseOut(checkpoint);
            var plan = Quantization.of(checkpoint, target);
            var err = spec.commandLine().getErr();
            say(
                    err,
                    in + ": " + plan.what() + ", " + plan.count() + " tensors, " + Figures.bytes(plan.bytesBefore())
                            + " becomes " + Figures.bytes(plan.bytesAfter()));
            plan.notes().forEach(note -> say(err, "mural: warning: " + note));
            write(plan, err);
        }
        spec.commandLine().getOut().println(out);
    }

    private void refuseOut(Checkpoint checkpoint) {
        if (!Files.exists(out)) {
            return;
        }
        for (var tensor : checkpoint.tensors().values()) {
            if (isSame(tensor.file())) {
                throw new InputException(out + ": is the file to read; name another one to write");
            }
        }
        if (!force) {
            throw new InputException(out + ": exists already; --force replaces it");
        }
    }

    private boolean isSame(Path file) {
        try {
            return Files.isSameFile(file, out);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    private void write(Quantization plan, PrintWriter err) {
        long start = System.nanoTime();
        var losses = new Losses(plan.bytesAfter());
        plan.write(out, done -> losses.line(done).ifPresent(line -> say(err, line)));
        double seconds = (System.nanoTime() - start) / 1e9;
        say(err, losses.summary());
        say(err, out + ": " + Figures.bytes(plan.bytesAfter()) + ", " + Figures.duration(seconds));
    }

    private static void say(PrintWriter err, String line) {
        err.println(OneLine.of(line));
        err.flush();
    }
}
