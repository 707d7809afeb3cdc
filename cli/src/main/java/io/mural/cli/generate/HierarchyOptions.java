package io.mural.cli.generate;

import io.mural.Request;
import io.mural.cli.preview.PreviewOption;
import io.mural.cli.preview.TerminalPictures;
import io.mural.cli.hub.HubPath;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings.Upsampler;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options for pictures beyond the model's own size; null where the user says nothing. */
final class HierarchyOptions {
    @Option(
            names = "--hierarchical-lora",
            paramLabel = "FILE|ORG/NAME[:FILE]",
            converter = HubPath.class,
            description = "The LoRA that teaches the model to look at a smaller picture while it makes a large one."
                    + " Default: the one that the model's mural.json names.")
    Path lora;

    @Option(
            names = "--lora-scope",
            paramLabel = "WHOSE",
            description =
                    "What it adapts: guide (the smaller picture's tokens, default) or image (the large one's too).")
    HierarchicalLora.Scope scope;

    @Option(names = "--window", paramLabel = "N", description = "Side of a window, tokens of 16 pixels.")
    Integer window;

    @Option(names = "--ratio", paramLabel = "N", description = "The most a picture grows from level to level.")
    Integer ratio;

    @Option(names = "--halo", paramLabel = "N", description = "How far a window sees its neighbours, tokens.")
    Integer halo;

    @Option(
            names = "--skip-steps",
            paramLabel = "N",
            description = "Steps that a level saves by starting from the smaller picture, enlarged.")
    Integer skipSteps;

    @Option(names = "--no-warm-start", description = "Starts every level from pure noise.")
    boolean noWarmStart;

    @Option(
            names = "--upsampler",
            paramLabel = "HOW",
            description = "Enlarges by pixel (decoded, resized, sharpened, encoded) or by latent (bicubic).")
    Upsampler upsampler;

    @Option(names = "--ntk", paramLabel = "F", description = "Factor on the base of the rotary frequencies.")
    Double ntk;

    @Option(names = "--keep-stages", description = "Also writes the pictures of the levels before the last.")
    boolean keepStages;

    @Option(
            names = "--preview",
            paramLabel = "N|auto|kitty|sixel|blocks",
            converter = PreviewOption.Converter.class,
            description = "Writes a small picture of what is expected every N steps, beside the output; or shows it, and"
                    + " the finished one, in the terminal. May be given twice, for both.")
    private List<PreviewOption> previews = List.of();

    @Option(
            names = "--tiles",
            description = "Also cuts the picture into a Deep Zoom pyramid while its rows come: NAME.dzi and the folder"
                    + " NAME_files beside NAME.png.")
    boolean tiles;

    @Option(
            names = "--resume",
            description = "Goes on where a run for the same picture stopped; needs the same options, --seed and -o.")
    boolean resume;

    @Option(names = "--plan", description = "Prints sizes, memory, operations and time of a large picture, and stops.")
    boolean plan;

    @Option(names = "--no-hierarchy", description = "Makes a large picture at once, whatever it looks like.")
    boolean noHierarchy;

    /** Sets what the user says. */
    void tell(Request.Builder request) {
        PictureOptions.given(lora, request::hierarchicalLora);
        PictureOptions.given(scope, request::loraScope);
        PictureOptions.given(window, request::window);
        PictureOptions.given(ratio, request::ratio);
        PictureOptions.given(halo, request::halo);
        PictureOptions.given(skipSteps, request::skipSteps);
        PictureOptions.given(upsampler, request::upsampler);
        PictureOptions.given(ntk, request::ntk);
        if (noWarmStart) {
            request.skipSteps(0);
        }
        if (noHierarchy) {
            request.atOnce();
        }
    }

    /** Whether something is asked for that only a picture of several levels has. */
    boolean needsLevels() {
        return keepStages || resume || plan;
    }

    /** Whether more is asked for than the picture. */
    boolean isMoreThanAPicture() {
        return needsLevels() || !previews.isEmpty() || tiles;
    }

    /** How often a preview is written; 0 for never. */
    int previewSteps() {
        return previews.stream().mapToInt(PreviewOption::every).max().orElse(0);
    }

    /** How previews are shown in the terminal, if they are. */
    Optional<TerminalPictures> terminal() {
        return previews.stream()
                .flatMap(preview -> preview.terminal().stream())
                .reduce((_, last) -> last);
    }
}
