package io.mural.cli.train;

import io.mural.cli.console.BadUsage;
import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.train.data.Encoding;
import io.mural.train.job.Kind;
import io.mural.train.job.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what is trained on. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The pictures, with captions in .txt files of the same names or in metadata.jsonl.")
    private Path folder;

    @Option(
            names = "--validation",
            paramLabel = "DIR",
            description = "Other pictures to judge by. Default: those that are trained on.")
    private Path validation;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where encoded pictures and captions are kept. Default: the result's name and .cache.")
    private Path cache;

    @Option(names = "--caption", paramLabel = "TEXT", description = "For pictures without a caption of their own.")
    private String caption;

    @Option(
            names = "--trigger",
            paramLabel = "WORDS",
            description = "Put in front of captions that lack it, and in place of [trigger].")
    private String trigger;

    @Option(
            names = "--size",
            paramLabel = "SIDE",
            split = ",",
            description = "Side of a square as large as pictures are trained on; several make every picture appear in"
                    + " each. Default: the model's own.")
    private List<Integer> sides;

    @Option(names = "--no-upscale", description = "Keeps pictures that are smaller as they are.")
    private boolean noUpscale;

    @Option(names = "--flip", description = "Takes every picture mirrored, too.")
    private boolean flip;

    @Option(
            names = "--halo",
            paramLabel = "TOKENS",
            description = "How far tokens see beyond their window; for guide. Default: the model's own.")
    private Integer halo;

    Request.Pictures pictures(Kind kind, Path path, Optional<Path> base, Path out) {
        if (folder == null) {
            throw new BadUsage("name the folder of pictures with --data");
        }
        if (halo != null && kind != Kind.GUIDE) {
            throw new BadUsage("--halo has no effect on the job " + word(kind));
        }
        if (sides != null && sides.stream().anyMatch(side -> side < 16 || side > 8192)) {
            throw new BadUsage("--size " + sides + ": choose sides of 16 to 8192 pixels");
        }
        try (var model = PictureModel.open(path, base, List.of())) {
            var defaults = model.defaults();
            var chosen = sides != null
                    ? sides
                    : List.of((int) Math.round(Math.sqrt((double) defaults.width() * defaults.height())));
            var geometry = kind == Kind.GUIDE
                    ? Optional.of(withHalo(model.hierarchicalSettings().geometry()))
                    : Optional.<HierarchicalGeometry>empty();
            return new Request.Pictures(
                    folder,
                    Optional.ofNullable(validation),
                    cache != null ? cache : out.resolveSibling(out.getFileName() + ".cache"),
                    Optional.ofNullable(caption),
                    Optional.ofNullable(trigger),
                    new Encoding.Sizes(chosen, !noUpscale, flip, geometry));
        }
    }

    private HierarchicalGeometry withHalo(HierarchicalGeometry geometry) {
        return halo == null
                ? geometry
                : new HierarchicalGeometry(
                        geometry.window(),
                        geometry.ratio(),
                        halo,
                        geometry.guidanceHalo(),
                        geometry.guidanceRadius(),
                        geometry.ntkFactor());
    }

    static String word(Kind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
