package io.mural.cli.generate;

import io.mural.Mural;
import io.mural.Progress;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Wildcards;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.console.PromptFile;
import io.mural.cli.device.DeviceBefore;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.hub.HubPath;
import io.mural.cli.progress.ProgressMode;
import io.mural.cli.progress.Report;
import io.mural.cli.tornado.TornadoVm;
import io.mural.engine.device.Devices;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural generate}: pictures from prompts. */
@Command(
        name = "generate",
        sortOptions = false,
        customSynopsis = {
            "mural generate [OPTIONS] PROMPT",
            "       mural generate [OPTIONS] --prompts-file FILE",
            "       mural generate [OPTIONS] --from PNG"
        },
        description = {
            "Makes a picture from a prompt.",
            "The path of the picture goes to stdout, everything else to stderr."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural generate \"a sunset over purple mountains and a calm sea\"",
            "  mural generate \"pine trees at night, a full moon\" -o moon.png --seed 7",
            "  mural generate --from moon.png --steps 30 -o moon-30.png",
            "  mural generate \"the same by day\" --init-image moon.png --strength 0.7",
            "  mural generate \"a lake\" --model FLUX.1-dev --lora style.safetensors:0.8",
            "  mural generate \"the same in snow\" --model FLUX.2-klein-4B --reference moon.png",
            "  mural generate \"a lake\" --grid seed=1..3 --grid steps=4,12 -o sheet.png",
            "  mural generate --prompts-file prompts.txt --count 4 -o batch.png"
        })
public final class GenerateCommand implements Runnable, DeviceBefore {
    private static final int MOST_PICTURES = 100_000;

    /** How pictures of a file of prompts are laid out. */
    enum Layout {
        GENEVAL
    }

    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PROMPT", arity = "0..*", hideParamSyntax = true, description = "What to show, in quotes.")
    private List<String> words = List.of();

    @Mixin
    private DestinationOptions destination;

    @Mixin
    private ModelOptions modelOptions;

    @Mixin
    private PictureOptions pictureOptions;

    @Mixin
    private HierarchyOptions hierarchyOptions;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Pictures of each prompt, with seeds S, S+1, ... Default: 1.")
    private int count = 1;

    @Option(
            names = "--prompts-file",
            paramLabel = "FILE",
            description = "Prompts, one a line; blank lines and # comments are left out. - is stdin.")
    private String promptsFile;

    @Option(
            names = "--wildcards",
            paramLabel = "DIR",
            description =
                    "Prompts may have choices: {red|green} is one of its parts, __colour__ a line of DIR/colour.txt."
                            + " The picture remembers what was chosen.")
    private Path wildcards;

    @Option(
            names = "--wildcard-seed",
            paramLabel = "S",
            converter = SeedOption.class,
            description = "What choices are made by; pictures of --count go on from it. Default: the picture's seed.")
    private Long wildcardSeed;

    @Option(
            names = "--layout",
            paramLabel = "geneval",
            description = "geneval: takes GenEval's evaluation_metadata.jsonl as --prompts-file and writes the folders"
                    + " that its evaluator reads, into the folder of -o.")
    private Layout layout;

    @Option(
            names = "--from",
            paramLabel = "PNG",
            description = "Takes everything from a picture that mural made; other options change it.")
    private Path from;

    @Option(
            names = "--cell",
            paramLabel = "COLUMN,ROW",
            converter = Cell.Converter.class,
            description = "Of a contact sheet as --from, the picture, from 1,1 on.")
    private Cell cell;

    @Option(
            names = "--grid",
            paramLabel = "AXIS=V,V,...",
            converter = GridAxis.Converter.class,
            description =
                    "A contact sheet: seed, steps, guidance or true-cfg with its values, or seed=1..4. Up to three"
                            + " times: along the columns, then along the rows.")
    private List<GridAxis> grid;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            description = "auto (a bar on terminals, lines elsewhere), plain (lines), json (an object a line) or none."
                    + " Default: auto.")
    private ProgressMode progress = ProgressMode.AUTO;

    public GenerateCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public Optional<String> deviceBefore() {
        return before().map(Recipe::device);
    }

    @Override
    public void run() {
        if (count < 1 || count > MOST_PICTURES) {
            throw new BadUsage("--count " + count + ": choose 1 to " + MOST_PICTURES);
        }
        var before = before().map(this::located);
        before.ifPresent(_ -> destination.repeat(from));
        var geneval = geneval();
        var prompts = geneval.map(GenEvalLayout::prompts).orElseGet(() -> prompts(before));
        // TornadoVM's JVM was started for the picture's device: there is no other to fall back to.
        var device = deviceOptions.choose(
                before.map(Recipe::device)
                        .filter(name -> TornadoVm.isHere() || Devices.has(name))
                        .orElse("cpu"),
                before.flatMap(Recipe::gemm),
                before.map(Recipe::precision).orElse(Precision.USUAL),
                before.map(Recipe::storage).orElse(WeightStorage.USUAL));
        try (var report = progress.open(spec.commandLine().getErr());
                var mural = modelOptions.open(before, device)) {
            interrupt.onAbandon(report::close);
            if (grid != null) {
                sheet(mural, prompts, before, report);
                return;
            }
            new Pictures(mural, hierarchyOptions, report, destination, spec)
                    .make(
                            requests(prompts, before),
                            requests -> geneval.map(form ->
                                            form.places(destination.output().orElseThrow(), count))
                                    .orElseGet(() -> Pictures.places(requests, destination.output())));
        }
    }

    private Optional<Recipe> before() {
        if (cell != null && from == null) {
            throw new BadUsage("--cell belongs to a contact sheet; name that with --from");
        }
        return Optional.ofNullable(from)
                .map(file -> cell == null ? Recipe.read(file) : Recipe.read(file, cell.column(), cell.row()));
    }

    private void sheet(Mural mural, List<String> prompts, Optional<Recipe> before, Report report) {
        if (prompts.size() > 1 || count > 1 || layout != null || hierarchyOptions.isMoreThanAPicture()) {
            throw new BadUsage(
                    "--grid makes one sheet of one prompt; leave --count, --layout, --keep-stages, --preview,"
                            + " --tiles, --resume and --plan out");
        }
        destination.requireSheet();
        var base = requests(prompts, before).getFirst();
        var place = Pictures.places(List.of(base), destination.output()).getFirst();
        boolean verbose = Verbose.in(spec);
        new Grid(grid).make(mural, base, place, event -> {
            if (!(event instanceof Progress.Detail) || verbose) {
                report.accept(event);
            }
        });
        spec.commandLine().getOut().println(place);
    }

    private Optional<GenEvalLayout> geneval() {
        if (layout == null) {
            return Optional.empty();
        }
        if (promptsFile == null || destination.output().isEmpty() || !words.isEmpty()) {
            throw new BadUsage(
                    "--layout geneval takes GenEval's evaluation_metadata.jsonl as --prompts-file and a folder"
                            + " as -o, and no prompt");
        }
        return Optional.of(new GenEvalLayout(Path.of(promptsFile)));
    }

    /** A model that options name instead need not be there. */
    private Recipe located(Recipe before) {
        return modelOptions.isNamed() ? before : before.located(HubPath.cache()::located);
    }

    private List<String> prompts(Optional<Recipe> before) {
        if (promptsFile != null) {
            if (!words.isEmpty()) {
                throw new BadUsage("a prompt and --prompts-file: give one of them");
            }
            return PromptFile.read(promptsFile, "--prompts-file");
        }
        if (!words.isEmpty()) {
            return List.of(Prompts.single(words));
        }
        return List.of(before.map(Recipe::prompt)
                .orElseThrow(() -> new BadUsage("the prompt is missing; say what the picture should show, in quotes")));
    }

    private List<Request> requests(List<String> prompts, Optional<Recipe> before) {
        long pictures = (long) prompts.size() * count;
        if (pictures > MOST_PICTURES) {
            throw new BadUsage(prompts.size() + " prompts with --count " + count + " are " + pictures
                    + " pictures; ask for at most " + MOST_PICTURES + " at once");
        }
        var builder = before.map(Request::of).orElseGet(() -> Request.of(prompts.getFirst()));
        pictureOptions.tell(builder);
        hierarchyOptions.tell(builder);
        var first = builder.build().seeded();
        long seed = first.seed().orElseThrow();
        requireChoices(prompts);
        boolean typed = promptsFile != null || !words.isEmpty();
        var choices = new Wildcards(Optional.ofNullable(wildcards));
        List<Request> requests = new ArrayList<>();
        for (var prompt : prompts) {
            for (int i = 0; i < count; i++) {
                // The prompt of a recipe is what was chosen.
                var resolved =
                        !typed ? prompt : choices.resolve(prompt, (wildcardSeed == null ? seed : wildcardSeed) + i);
                requests.add(first.change()
                        .prompt(Prompts.require(resolved))
                        .seed(seed + i)
                        .build());
            }
        }
        return requests;
    }

    /** Options without effect are refused. */
    private void requireChoices(List<String> prompts) {
        boolean typed = destination.isTyped("--wildcards") || destination.isTyped("--wildcard-seed");
        if (typed && prompts.stream().noneMatch(Wildcards::isIn)) {
            throw new BadUsage("--wildcards and --wildcard-seed have no effect: no prompt has {a|b} or __name__ in it");
        }
    }
}
