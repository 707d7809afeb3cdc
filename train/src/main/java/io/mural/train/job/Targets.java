package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.weights.names.Weights;
import java.util.List;
import java.util.regex.Pattern;

/** Which linear layers a LoRA adapts, by name; in both families' spelling. */
public final class Targets {
    private static final String BLOCK = "(single_)?transformer_blocks\\.\\d+\\.";
    private static final String QKV = "attn\\.(to_q|to_k|to_v|to_qkv_mlp_proj)";
    private static final String IMAGE = BLOCK + "(" + QKV + "|attn\\.to_out(\\.0)?)";
    private static final String ATTENTION = BLOCK + "attn\\..*";
    private static final String MLP = "ff(_context)?\\..*|proj_mlp|proj_out";
    private static final String ALL = BLOCK + "(attn\\..*|" + MLP + ")";
    private static final String EVERYTHING = BLOCK + ".*";
    /** Those of the authors' published files. */
    private static final String OFFICIAL = "x_embedder|transformer_blocks\\.\\d+\\.(norm1\\.linear|" + QKV
            + "|attn\\.to_out\\.0|ff\\.net\\.2|ff\\.linear_in|ff\\.linear_out)"
            + "|single_transformer_blocks\\.\\d+\\.(norm\\.linear|proj_mlp|proj_out|" + QKV + "|attn\\.to_out)";

    private Targets() {}

    /**
     * The names of the layers.
     *
     * @param text {@code all}, {@code attention}, {@code image}, {@code everything}, {@code official}, {@code qkv}, or
     *     names with {@code *}, separated by commas
     */
    public static List<String> of(String text, Weights model) {
        var pattern = Pattern.compile(
                switch (text) {
                    case "all" -> ALL;
                    case "attention" -> ATTENTION;
                    case "image" -> IMAGE;
                    case "everything" -> EVERYTHING;
                    case "official" -> OFFICIAL;
                    case "qkv" -> BLOCK + QKV;
                    default -> globs(text);
                });
        var layers = model.names().stream()
                .filter(name -> name.endsWith(".weight") && model.shape(name).rank() == 2)
                .map(name -> name.substring(0, name.length() - ".weight".length()))
                .filter(name -> pattern.matcher(name).matches())
                .toList();
        if (layers.isEmpty()) {
            throw new InputException("the targets \"" + text + "\" are no layers of " + model.source()
                    + "; choose all, attention, image, everything, official, qkv, or names such as"
                    + " transformer_blocks.*.attn.to_q");
        }
        return layers;
    }

    private static String globs(String text) {
        var globs = java.util.Arrays.stream(text.split(",", -1))
                .map(glob -> Pattern.quote(glob.strip()).replace("*", "\\E.*\\Q"))
                .toList();
        return String.join("|", globs);
    }
}
