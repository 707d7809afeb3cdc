package io.mural.cli.inspect;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.OneLine;
import io.mural.cli.hub.HubPath;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.names.Lora;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural inspect}: what a model, a LoRA or a picture holds, without running it. */
@Command(
        name = "inspect",
        sortOptions = false,
        description =
                "Shows what a model folder, a safetensors or GGUF file, a shard index, a LoRA or a picture holds.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural inspect models/mural-nano",
            "  mural inspect style.safetensors --model FLUX.1-dev",
            "  mural inspect FLUX.1-dev --check",
            "  mural inspect out.png --json"
        })
public final class InspectCommand implements Runnable {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH|ORG/NAME",
            arity = "0..1",
            hideParamSyntax = true,
            converter = HubPath.class,
            description = "What to look at.")
    private Path path;

    @Option(
            names = "--model",
            paramLabel = "DIR|FILE|ORG/NAME",
            converter = HubPath.class,
            description = "For a LoRA: the model it should fit.")
    private Path model;

    @Option(
            names = "--check",
            description =
                    "Reads all weights: names those that are NaN or infinite, and those in other formats than most.")
    private boolean check;

    @Option(names = "--json", description = "One JSON object instead of lines.")
    private boolean json;

    @Override
    public void run() {
        if (path == null) {
            throw new BadUsage("name a model folder, a safetensors or GGUF file or a picture");
        }
        if (!Files.exists(path)) {
            throw new InputException(path + ": no such file or folder");
        }
        if (check && isPng(path)) {
            throw new BadUsage(path + ": a picture has no weights to --check");
        }
        var found = inspect();
        List<WeightCheck> checks = check ? WeightCheck.of(path) : List.of();
        var out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>(found.json());
            if (check) {
                object.put("checks", checks.stream().map(WeightCheck::json).toList());
            }
            out.println(Json.write(object));
        } else {
            found.lines().forEach(line -> out.println(OneLine.of(line)));
            checks.forEach(each -> each.lines().forEach(line -> out.println(OneLine.of(line))));
        }
        checks.forEach(WeightCheck::requireFinite);
    }

    private Inspection inspect() {
        if (ModelFolder.isOne(path)) {
            return VideoFolderInspection.isOne(path) ? VideoFolderInspection.of(path) : FolderInspection.of(path);
        }
        if (isPng(path)) {
            return PictureInspection.of(path);
        }
        try (var checkpoint = Checkpoint.open(path)) {
            return Lora.isOne(checkpoint)
                    ? LoraInspection.of(path, checkpoint, Optional.ofNullable(model))
                    : FileInspection.of(checkpoint);
        }
    }

    private static boolean isPng(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (var in = Files.newInputStream(path)) {
            return Arrays.equals(in.readNBytes(PNG.length), PNG);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + Shown.reason(e), e);
        }
    }
}
