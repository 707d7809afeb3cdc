package io.mural.cli.train;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.PromptFile;
import io.mural.engine.device.DeviceChoice;
import io.mural.train.data.PictureFolder;
import io.mural.train.job.Request;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what pictures are made on the way. */
final class PreviewOptions {
    /** Pictures whose captions are prompts where no others are given. */
    private static final int CAPTIONS = 3;

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            description =
                    "Makes pictures of what is learnt so far, into the result's name and .samples, every N steps: a"
                            + " multiple of --save-every.")
    private Long every;

    @Option(
            names = "--sample-prompts",
            paramLabel = "FILE",
            description = "Their prompts, one a line. Default: the captions of the first three pictures.")
    private String prompts;

    Optional<Previews> previews(Request run, DeviceChoice device) {
        long save = run.settings().intervals().save();
        if (every == null) {
            if (prompts != null) {
                throw new BadUsage("--sample-prompts has no effect without --sample-every");
            }
            return Optional.empty();
        }
        if (every < 1 || every % save != 0) {
            throw new BadUsage("--sample-every " + every + ": choose a multiple of --save-every, which is " + save
                    + ": pictures are made with what is saved");
        }
        return Optional.of(new Previews(
                run, device, prompts != null ? PromptFile.read(prompts, "--sample-prompts") : captions(run), every));
    }

    private static List<String> captions(Request run) {
        var pictures = run.pictures();
        return PictureFolder.read(pictures.folder(), pictures.caption(), pictures.trigger()).stream()
                .limit(CAPTIONS)
                .map(example -> example.captions().getFirst())
                .toList();
    }
}
