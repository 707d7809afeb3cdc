package io.mural.cli;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Home;
import io.mural.cli.console.Stdin;
import io.mural.cli.hub.HubPath;
import io.mural.engine.text.Words;
import io.mural.model.family.Architecture;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.VideoDefaults;
import io.mural.model.token.ClipTokenizer;
import io.mural.model.token.QwenTokenizer;
import io.mural.model.token.T5Tokenizer;
import io.mural.model.token.Tokenizer;
import io.mural.model.token.UmT5Tokenizer;
import io.mural.tensor.InputException;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural tokenize}: the ids and pieces of a text, as JSON. */
@Command(
        name = "tokenize",
        sortOptions = false,
        customSynopsis = {
            "mural tokenize [--model DIR] [--length N] TEXT",
            "       mural tokenize --tokenizer DIR --kind KIND [--length N] TEXT"
        },
        description = "Shows the tokens of a text as JSON: of all tokenizers of a model, or of a bare one.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural tokenize \"a calm sea\"",
            "  mural tokenize --tokenizer FLUX.1-dev/tokenizer_2 --kind t5 \"a calm sea\"",
            "  mural tokenize - < prompt.txt"
        })
final class TokenizeCommand implements Runnable {
    private static final int MOST_TOKENS = 1 << 20;

    /** The tokenizers there are, each with the folder of a model it stands in. */
    enum Kind {
        CLIP("tokenizer"),
        T5("tokenizer_2"),
        QWEN("tokenizer"),
        UMT5("tokenizer");

        private final String folder;

        Kind(String folder) {
            this.folder = folder;
        }

        private static List<Kind> of(ModelFolder folder) {
            if (isVideo(folder)) {
                return List.of(UMT5);
            }
            return switch (Architecture.of(folder)) {
                case FLUX1 -> List.of(CLIP, T5);
                case FLUX2 -> List.of(QWEN);
            };
        }

        private Tokenizer load(Path folder) {
            return switch (this) {
                case CLIP -> ClipTokenizer.load(folder);
                case T5 -> T5Tokenizer.load(folder);
                case QWEN -> QwenTokenizer.load(folder);
                case UMT5 -> UmT5Tokenizer.load(folder);
            };
        }

        @Override
        public String toString() {
            return Words.of(this);
        }
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR|ORG/NAME",
            converter = HubPath.class,
            description = "A model folder in diffusers layout. Default: the embedded mural-nano.")
    private Path model;

    @Option(names = "--tokenizer", paramLabel = "DIR", description = "A bare tokenizer folder; needs --kind.")
    private Path tokenizer;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "clip (vocab.json, merges.txt), t5 (spiece.model), qwen (tokenizer.json) or umt5"
                    + " (tokenizer.json or spiece.model).")
    private Kind kind;

    @Option(names = "--length", paramLabel = "N", description = "Ids to cut or pad to. Default: what the model uses.")
    private Integer length;

    @Parameters(
            paramLabel = "TEXT",
            arity = "0..*",
            hideParamSyntax = true,
            description = "The text, in quotes; - reads it from stdin, without the line end at its end.")
    private List<String> words = List.of();

    @Override
    public void run() {
        if (length != null && (length < 1 || length > MOST_TOKENS)) {
            throw new BadUsage("--length " + length + ": choose 1 to " + MOST_TOKENS);
        }
        var text = text();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("text", text);
        if (tokenizer != null || kind != null) {
            requireBare();
            var loaded = kind.load(requireFolder(tokenizer));
            json.put(Words.of(kind), tokens(loaded, text, length != null ? length : loaded.maxLength()));
        } else {
            var folder = ModelFolder.open(model == null ? Home.model() : model);
            for (var each : Kind.of(folder)) {
                var loaded = each.load(folder.component(each.folder));
                json.put(Words.of(each), tokens(loaded, text, length(each, folder, loaded)));
            }
        }
        spec.commandLine().getOut().println(Json.write(json));
    }

    private String text() {
        if (words.size() != 1) {
            throw new BadUsage(
                    words.isEmpty() ? "the text is missing" : words.size() + " texts; put the text in quotes");
        }
        return words.getFirst().equals("-") ? Stdin.read().replaceFirst("\\R\\z", "") : words.getFirst();
    }

    private void requireBare() {
        if (tokenizer == null) {
            throw new BadUsage("--kind belongs to --tokenizer DIR");
        }
        if (kind == null) {
            throw new BadUsage("--tokenizer needs --kind clip, t5, qwen or umt5");
        }
        if (model != null) {
            throw new BadUsage("--model and --tokenizer: give one of them");
        }
    }

    private static Path requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder + ": no such folder; --tokenizer takes the folder of a tokenizer");
        }
        return folder;
    }

    /** CLIP's length is fixed; that of the other text stands in the model's mural.json, else it is the usual one. */
    private int length(Kind of, ModelFolder folder, Tokenizer loaded) {
        if (length != null) {
            return length;
        }
        return switch (of) {
            case CLIP -> loaded.maxLength();
            case T5, QWEN, UMT5 -> {
                int usual = isVideo(folder)
                        ? VideoDefaults.WAN.textTokens()
                        : published(folder).textTokens();
                yield folder.defaults()
                        .map(defaults -> defaults.integer("text_tokens", usual))
                        .orElse(usual);
            }
        };
    }

    private static boolean isVideo(ModelFolder folder) {
        return folder.index().string("_class_name").startsWith("Wan");
    }

    private static ModelDefaults published(ModelFolder folder) {
        return switch (Architecture.of(folder)) {
            case FLUX1 -> {
                boolean dev = !folder.has("transformer")
                        || folder.config("transformer").bool("guidance_embeds", false);
                yield dev ? ModelDefaults.FLUX1_DEV : ModelDefaults.FLUX1_SCHNELL;
            }
            case FLUX2 -> ModelDefaults.FLUX2_KLEIN;
        };
    }

    private static Map<String, Object> tokens(Tokenizer tokenizer, String text, int length) {
        var encoded = tokenizer.encode(text, length);
        var pieces = tokenizer.pieces(text);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ids", encoded.ids());
        json.put("length", length);
        json.put("used", encoded.used());
        json.put("padded", encoded.used() < length);
        json.put("truncated", encoded.truncated());
        json.put("raw_ids", pieces.stream().mapToInt(Tokenizer.Piece::id).toArray());
        json.put("pieces", pieces.stream().map(Tokenizer.Piece::text).toList());
        return json;
    }
}
