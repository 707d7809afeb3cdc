package io.mural.model.vae.wan;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of Wan 2.1's autoencoder, named as in diffusers' {@code vae/config.json}.
 *
 * @param baseDim channels of the finest level
 * @param zDim channels of a latent
 * @param dimMult channels of each level in multiples of {@code baseDim}, the finest first
 * @param numResBlocks residual blocks of a level of the encoder; the decoder has one more
 * @param temporalDownsample for each level but the last, whether it halves the frames too
 * @param latentsMean [zDim]
 * @param latentsStd [zDim]
 */
public record WanVaeConfig(
        int baseDim,
        int zDim,
        List<Integer> dimMult,
        int numResBlocks,
        List<Boolean> temporalDownsample,
        List<Double> latentsMean,
        List<Double> latentsStd) {

    private static final List<Double> PUBLISHED_MEAN = List.of(
            -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517, -0.3632,
            -0.1922, -0.9497, 0.2503, -0.2921);
    private static final List<Double> PUBLISHED_STD = List.of(
            2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579, 1.6382,
            1.1253, 2.8251, 1.9160);

    /** The published autoencoder; for files that come without a config. */
    public static final WanVaeConfig PUBLISHED =
            new WanVaeConfig(96, 16, List.of(1, 2, 4, 4), 2, List.of(false, true, true), PUBLISHED_MEAN, PUBLISHED_STD);

    private static final String FILE = "vae/config.json";
    private static final int LARGEST = 1 << 16;

    public WanVaeConfig {
        dimMult = List.copyOf(dimMult);
        temporalDownsample = List.copyOf(temporalDownsample);
        latentsMean = List.copyOf(latentsMean);
        latentsStd = List.copyOf(latentsStd);
        require("base_dim", baseDim);
        require("z_dim", zDim);
        require("num_res_blocks", numResBlocks);
        dimMult.forEach(multiple -> require("dim_mult", multiple));
        if (dimMult.size() < 2 || dimMult.size() > 8 || temporalDownsample.size() != dimMult.size() - 1) {
            throw new InputException(FILE + ": dim_mult has " + dimMult.size() + " levels and temperal_downsample "
                    + temporalDownsample.size() + "; expected 2 to 8, and one less");
        }
        if (latentsMean.size() != zDim || latentsStd.size() != zDim) {
            throw new InputException(FILE + ": latents_mean has " + latentsMean.size() + " and latents_std "
                    + latentsStd.size() + " numbers, but z_dim is " + zDim);
        }
        if (latentsStd.stream().anyMatch(std -> !(std > 0))) {
            throw new InputException(FILE + ": latents_std holds a number that is not positive");
        }
    }

    private static void require(String key, int value) {
        if (value < 1 || value > LARGEST) {
            throw new InputException(FILE + ": " + key + " is " + value + "; expected 1 to " + LARGEST);
        }
    }

    public static WanVaeConfig of(JsonObject json) {
        if (json.bool("is_residual", false) || json.has("patch_size")) {
            throw new InputException(FILE + ": is_residual or patch_size is set, as in Wan 2.2's autoencoder; mural"
                    + " knows that of Wan 2.1");
        }
        if (json.numbers("attn_scales").length > 0) {
            throw json.error("attn_scales", "is not empty, as it is in Wan 2.1's autoencoder");
        }
        int base = json.integer("base_dim", 96);
        if (json.has("decoder_base_dim") && json.integer("decoder_base_dim") != base) {
            throw json.error("decoder_base_dim", "is not base_dim, as it is in Wan 2.1's autoencoder");
        }
        int z = json.integer("z_dim", 16);
        return new WanVaeConfig(
                base,
                z,
                Arrays.stream(json.integers("dim_mult", 1, 2, 4, 4)).boxed().toList(),
                json.integer("num_res_blocks", 2),
                booleans(json, "temperal_downsample"),
                statistics(json, "latents_mean", PUBLISHED_MEAN),
                statistics(json, "latents_std", PUBLISHED_STD));
    }

    private static List<Double> statistics(JsonObject json, String key, List<Double> absent) {
        return json.has(key) ? Arrays.stream(json.numbers(key)).boxed().toList() : absent;
    }

    private static List<Boolean> booleans(JsonObject json, String key) {
        if (!json.has(key)) {
            return PUBLISHED.temporalDownsample();
        }
        var values = new ArrayList<Boolean>();
        if (!(json.asMap().get(key) instanceof List<?> list)) {
            throw json.error(key, "is no list of true and false");
        }
        for (var value : list) {
            if (!(value instanceof Boolean bool)) {
                throw json.error(key, "is no list of true and false");
            }
            values.add(bool);
        }
        return values;
    }

    public int levels() {
        return dimMult.size();
    }

    /** Channels of a level, the finest being 0. */
    int channels(int level) {
        return baseDim * dimMult.get(level);
    }

    /** How many times smaller than a frame a latent is, on each side. */
    public int reduction() {
        return 1 << levels() - 1;
    }

    /** How many frames one latent frame stands for, the first apart, which stands for one. */
    public int frameReduction() {
        return 1 << (int) temporalDownsample.stream().filter(time -> time).count();
    }

    /** Latent frames of a clip; frames behind the last whole group are not counted. */
    public int latentFrames(int frames) {
        return (frames - 1) / frameReduction() + 1;
    }

    /** Frames of so many latent frames. */
    public int frames(int latentFrames) {
        return (latentFrames - 1) * frameReduction() + 1;
    }

    /** {@code (z - mean) / std}, in place; planes of [zDim, ...] one after the other. */
    public void normalise(float[] planes) {
        int plane = planes.length / zDim;
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (float) ((planes[i] - latentsMean.get(i / plane)) / latentsStd.get(i / plane));
        }
    }

    /** {@code z * std + mean}, in place; planes of [zDim, ...] one after the other. */
    public void restore(float[] planes) {
        int plane = planes.length / zDim;
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (float) (planes[i] * latentsStd.get(i / plane) + latentsMean.get(i / plane));
        }
    }
}
