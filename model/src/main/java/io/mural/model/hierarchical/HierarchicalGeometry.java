package io.mural.model.hierarchical;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;

/**
 * Who sees whom in the hierarchical method (arXiv 2510.16325), in tokens.
 *
 * @param window side of the windows that the picture's tokens are taken in
 * @param ratio how many times larger the picture is than its guide, on each side
 * @param halo how far a token sees beyond its window, on each side
 * @param guidanceHalo how far it sees beyond the part of the guide under its window; {@link #ALL} for all of the guide
 * @param guidanceRadius how far guide tokens see each other, as the larger of the distances in rows and in columns;
 *     {@link #ALL} for all of the guide
 * @param ntkFactor what the base of the rotary frequencies is multiplied with
 */
public record HierarchicalGeometry(
        int window, int ratio, int halo, int guidanceHalo, int guidanceRadius, double ntkFactor) {

    /** A distance without bound. */
    public static final int ALL = -1;

    /** FLUX.1 and FLUX.2-klein-base, as published: windows of 256 pixels. */
    public static final HierarchicalGeometry FLUX1 = new HierarchicalGeometry(16, 4, 8, 4, ALL, 10);

    /** FLUX.2-klein, distilled to few steps, as published: its frequencies stay as they are. */
    public static final HierarchicalGeometry FLUX2_KLEIN = new HierarchicalGeometry(16, 4, 8, 4, ALL, 1);

    private static final int LARGEST = 1 << 12;

    public HierarchicalGeometry {
        require("window", window, 1);
        require("ratio", ratio, 1);
        require("halo", halo, 0);
        require("guidance halo", guidanceHalo, ALL);
        require("guidance radius", guidanceRadius, ALL);
        if (!(ntkFactor > 0 && Double.isFinite(ntkFactor))) {
            throw new InputException(
                    "an NTK factor of " + ntkFactor + ": choose a positive number, 1 to change nothing");
        }
    }

    private static void require(String what, int value, int least) {
        if (value < least || value > LARGEST) {
            throw new InputException("a " + what + " of " + value + " tokens: choose " + least + " to " + LARGEST);
        }
    }

    /** The numbers of {@code json}; what it leaves out comes from {@code otherwise}. */
    public static HierarchicalGeometry of(JsonObject json, HierarchicalGeometry otherwise) {
        return new HierarchicalGeometry(
                json.integer("window", otherwise.window),
                json.integer("ratio", otherwise.ratio),
                json.integer("halo", otherwise.halo),
                json.integer("guidance_halo", otherwise.guidanceHalo),
                json.integer("guidance_radius", otherwise.guidanceRadius),
                json.number("ntk_factor", otherwise.ntkFactor));
    }

    public HierarchicalGeometry withRatio(int other) {
        return new HierarchicalGeometry(window, other, halo, guidanceHalo, guidanceRadius, ntkFactor);
    }

    /** Tokens on a side of the guide of a picture with {@code tokens} tokens on that side. */
    public int guideSide(int tokens) {
        return Math.ceilDiv(tokens, ratio);
    }
}
