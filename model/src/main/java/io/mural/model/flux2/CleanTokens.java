package io.mural.model.flux2;

import io.mural.model.layers.Outside;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.layers.OutsidePass;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Clean tokens beside the picture's, which see only themselves, at timestep 0, with the image stream's weights: the
 * smaller picture of the hierarchical method (arXiv 2510.16325), whose weights have a LoRA of their own, and reference
 * pictures (diffusers' {@code Flux2KleinKVPipeline}).
 */
public final class CleanTokens {
    /** The end of the way from noise to picture. */
    private static final double CLEAN = 0;

    private final Flux2Config config;
    private final Linear xEmbedder;
    private final Conditioning timeGuidanceEmbed;
    private final SharedModulation modulation;
    private final List<JointBlock> blocks = new ArrayList<>();

    /** @param weights the transformer's, with the hierarchical LoRA beside them where there is one */
    public CleanTokens(Flux2Config config, Weights weights) {
        this.config = config;
        xEmbedder = weights.linearNoBias("x_embedder", config.inChannels(), config.hidden());
        timeGuidanceEmbed = Conditioning.load(weights.under("time_guidance_embed"), config);
        modulation = SharedModulation.load(weights, config);
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(JointBlock.doubleStream(weights, Optional.empty(), i, config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            blocks.add(JointBlock.singleStream(weights, Optional.empty(), i, config));
        }
    }

    /**
     * A picture's place among the tokens.
     *
     * @param time position on the axis of time
     * @param height rows of tokens
     * @param width tokens of a row
     * @param stride distance of neighbouring rows and columns
     */
    public record Raster(int time, int height, int width, int stride) {
        public int tokens() {
            return height * width;
        }
    }

    /** Positions of the tokens of pictures one after the other, each in raster order. */
    public Rope positions(Ops ops, List<Raster> pictures, double ntkFactor) {
        var ids = new ArrayList<int[]>();
        for (var picture : pictures) {
            for (int i = 0; i < picture.tokens(); i++) {
                var id = new int[Flux2Config.AXES];
                id[Flux2Config.TIME_AXIS] = picture.time();
                id[Flux2Config.ROW_AXIS] = i / picture.width() * picture.stride();
                id[Flux2Config.COLUMN_AXIS] = i % picture.width() * picture.stride();
                ids.add(id);
            }
        }
        return config.positions(ntkFactor).table(ops, ids.toArray(int[][]::new));
    }

    /**
     * What the branch is given.
     *
     * @param latents [tokens, inChannels]
     * @param guidance the distilled guidance scale, as for the picture
     * @param rope positions of the tokens
     * @param layout of the tokens among themselves
     */
    public record Given(Tensor latents, double guidance, Rope rope, AttentionLayout layout) {}

    /** Keys and values for every block, as tensors of the current unit. */
    public Outside keys(Ops ops, Given given, OutsideMemory memory) {
        var step = modulation.forward(ops, timeGuidanceEmbed.forward(ops, CLEAN, given.guidance()));
        var passes = blocks.stream()
                .<OutsidePass.Block>map(block -> (on, x) -> block.imagePass(x, step, given.rope()))
                .toList();
        return OutsidePass.of(ops, given.latents(), xEmbedder, passes, given.layout(), memory);
    }
}
