package io.mural;

import io.mural.engine.hub.HubName;
import io.mural.engine.text.RelativePath;
import io.mural.engine.text.Version;
import io.mural.model.family.PictureModel;
import io.mural.model.image.JpegFile;
import io.mural.model.image.JpegTexts;
import io.mural.model.image.PngFile;
import io.mural.model.image.Xmp;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Grid;
import io.mural.model.request.LoraFile;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Everything a picture is made from. It stands in the picture's file as JSON, from which {@code --from} makes the same
 * picture again.
 */
public record Recipe(
        Text text,
        Canvas canvas,
        Sampling sampling,
        Sources sources,
        Inputs inputs,
        Optional<Hierarchy> hierarchy,
        Computing computing) {

    /** The keyword of the text chunk that holds a recipe. */
    public static final String KEYWORD = "mural";

    /**
     * Words.
     *
     * @param negative what classifier-free guidance steers away from
     * @param tokens length that the prompts are cut or padded to
     */
    public record Text(String prompt, String negative, int tokens) {}

    /**
     * What is painted on.
     *
     * @param vae how the autoencoder sees it
     */
    public record Canvas(Size size, VaeExtent vae) {}

    /**
     * How it is denoised.
     *
     * @param guidance distilled guidance, for models that take it
     * @param trueCfg classifier-free guidance scale; 1 for none
     * @param noise the format noise is drawn in
     */
    public record Sampling(int steps, long seed, Optional<Double> guidance, double trueCfg, NoiseDtype noise) {}

    /** The files of weights. */
    public record Sources(ModelRef model, List<LoraFile> loras) {
        public Sources {
            loras = List.copyOf(loras);
        }
    }

    /**
     * Pictures it is made from.
     *
     * @param init the picture that image to image starts from
     * @param references pictures it is made after
     * @param edit what of the picture is changed, and how
     */
    public record Inputs(Optional<InitImage> init, List<Path> references, Edit edit) {
        public Inputs {
            references = List.copyOf(references);
        }
    }

    /**
     * What computes it.
     *
     * @param device where it was computed; another may differ in the last bits
     * @param gemm what multiplied matrices, where the device leaves a choice
     * @param precision what products were asked to be in; pictures from before there was a choice are float32
     * @param products what they were in
     * @param storage how the device kept weights
     */
    public record Computing(
            String device, Optional<GemmChoice> gemm, Precision precision, Precision products, WeightStorage storage) {}

    public String prompt() {
        return text.prompt();
    }

    public String negative() {
        return text.negative();
    }

    public int textTokens() {
        return text.tokens();
    }

    public int width() {
        return canvas.size().width();
    }

    public int height() {
        return canvas.size().height();
    }

    public VaeExtent vae() {
        return canvas.vae();
    }

    public int steps() {
        return sampling.steps();
    }

    public long seed() {
        return sampling.seed();
    }

    public Optional<Double> guidance() {
        return sampling.guidance();
    }

    public double trueCfg() {
        return sampling.trueCfg();
    }

    public NoiseDtype noiseDtype() {
        return sampling.noise();
    }

    public ModelRef model() {
        return sources.model();
    }

    public List<LoraFile> loras() {
        return sources.loras();
    }

    public Optional<InitImage> init() {
        return inputs.init();
    }

    public List<Path> references() {
        return inputs.references();
    }

    /** What of the picture it starts from is changed, and how. */
    public Edit edit() {
        return inputs.edit();
    }

    public String device() {
        return computing.device();
    }

    public Optional<GemmChoice> gemm() {
        return computing.gemm();
    }

    public WeightStorage storage() {
        return computing.storage();
    }

    public Precision precision() {
        return computing.precision();
    }

    public Precision products() {
        return computing.products();
    }

    /** Whether the picture it starts from is kept and guides a larger one. */
    boolean enlarges() {
        return init().filter(image -> image.strength() == 0).isPresent();
    }

    /** The recipe in a picture's file; {@link InputException} when it has none. */
    public static Recipe read(Path picture) {
        return read(picture, KEYWORD);
    }

    /**
     * The recipe of a picture on a contact sheet.
     *
     * @param column from 1, from the left
     * @param row from 1, from the top
     * @throws InputException when there is none
     */
    public static Recipe read(Path sheet, int column, int row) {
        return read(sheet, keyword(column, row));
    }

    /** The keyword of the text chunk that holds the recipe of a picture on a contact sheet. */
    public static String keyword(int column, int row) {
        return KEYWORD + " " + column + "," + row;
    }

    private static Recipe read(Path picture, String keyword) {
        var texts = JpegFile.isOne(picture) ? JpegFile.texts(picture) : PngFile.texts(picture);
        var json = texts.get(keyword);
        if (json == null && texts.containsKey(keyword(1, 1))) {
            throw new InputException(
                    picture + ": is a contact sheet and has no such picture on it; `cell` COLUMN,ROW chooses one,"
                            + " from 1,1 on");
        }
        if (json == null) {
            throw new InputException(picture + ": holds no recipe; `from` takes a PNG or JPEG picture that mural made");
        }
        return RecipeJson.read(Json.parse(picture + ": its recipe", json))
                .withFiles(file -> RelativePath.find(file, picture));
    }

    /**
     * The recipe in a JSON object, as {@link #toJson} writes it.
     *
     * @param source what messages call it
     */
    public static Recipe parse(String source, String json) {
        return RecipeJson.read(Json.parse(source, json));
    }

    /**
     * The recipe as it stands in a picture's file: paths as seen from there, and none that begins at the root.
     *
     * @param picture the file, where there is one
     */
    public String toJson(Optional<Path> picture) {
        return withFiles(file -> HubName.of(file).isPresent() ? file : RelativePath.of(file, picture))
                .toJson();
    }

    /** The recipe with the paths it was made with. */
    public String toJson() {
        return RecipeJson.write(this);
    }

    /** The same with other paths for its files. */
    private Recipe withFiles(UnaryOperator<Path> other) {
        return located(other, other);
    }

    /** The same with the files of models looked for in a place of one's own, as pulled models are in their cache. */
    public Recipe located(UnaryOperator<Path> found) {
        return located(found, UnaryOperator.identity());
    }

    private Recipe located(UnaryOperator<Path> other, UnaryOperator<Path> pictures) {
        return new Recipe(
                text,
                canvas,
                sampling,
                new Sources(
                        new ModelRef(model().path().map(other), model().base().map(other), model().variant()),
                        loras().stream()
                                .map(lora -> new LoraFile(other.apply(lora.file()), lora.scale(), lora.mode()))
                                .toList()),
                new Inputs(
                        init().map(image ->
                                new InitImage(pictures.apply(image.file()), image.strength(), image.sha256())),
                        references().stream().map(pictures).toList(),
                        edit().found(pictures)),
                hierarchy.map(levels -> levels.withLora(levels.lora().map(other))),
                computing);
    }

    /**
     * What stands beside the picture in its file: keyword to text.
     *
     * @param picture the file, where there is one
     */
    public Map<String, String> texts(Optional<Path> picture) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(ParametersText.KEYWORD, ParametersText.of(this));
        texts.put(KEYWORD, toJson(picture));
        texts.put(Xmp.KEYWORD, Xmp.of(program()));
        return texts;
    }

    /**
     * What stands beside the picture in a JPEG file.
     *
     * @param picture the file, where there is one
     * @throws InputException where such a file cannot hold it
     */
    JpegTexts jpegTexts(Optional<Path> picture) {
        try {
            return new JpegTexts(ParametersText.of(this), Xmp.of(program(), toJson(picture)));
        } catch (JpegTexts.TooLong e) {
            throw new InputException(
                    "prompt",
                    "`prompt` is longer than a JPEG file can hold beside its picture",
                    "write a PNG picture, or shorten it",
                    e);
        }
    }

    private static String program() {
        return "mural " + Version.text();
    }

    /** The recipe in the text that other tools read, the PNG keyword {@code parameters}. */
    public String parameters() {
        return ParametersText.of(this);
    }

    /** The same but for prompt and seed. */
    Recipe like(String otherPrompt, long otherSeed) {
        return new Recipe(
                new Text(otherPrompt, negative(), textTokens()),
                canvas,
                new Sampling(steps(), otherSeed, guidance(), trueCfg(), noiseDtype()),
                sources,
                inputs,
                hierarchy,
                computing);
    }

    /** The same with the way the autoencoder sees the picture. */
    Recipe seenBy(VaeExtent extent) {
        return new Recipe(text, new Canvas(canvas.size(), extent), sampling, sources, inputs, hierarchy, computing);
    }

    /** What the model is asked for. */
    GenerationRequest request(PictureModel asked, Loaded loaded) {
        var editing = new Editing(Optional.empty(), loaded.control(), edit().start(), edit().references());
        return asked(
                asked.grid(width(), height()),
                new GenerationRequest.Inputs(
                        loaded.start()
                                .map(image -> new GenerationRequest.Init(
                                        image, init().orElseThrow().strength())),
                        loaded.references(),
                        editing));
    }

    /** The same in a size and from pictures of the caller's own. */
    GenerationRequest asked(Grid grid, GenerationRequest.Inputs from) {
        return new GenerationRequest(
                new GenerationRequest.Text(prompt(), negative(), textTokens()),
                grid,
                new GenerationRequest.Sampling(
                        steps(),
                        seed(),
                        guidance().orElse(0.0),
                        trueCfg(),
                        Optional.of(noiseDtype().dtype())),
                from);
    }
}
