package io.mural;

import io.mural.model.edit.Canvas;
import io.mural.model.edit.Feather;
import io.mural.model.edit.Mask;
import io.mural.model.edit.Region;
import io.mural.model.image.GrayImage;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.plan.PicturePlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Init;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.Grid;
import java.util.List;
import java.util.Optional;

/**
 * Paints a part of a picture at once: the whole picture or, where it is too large for the model, the surroundings of the
 * mask, in a size that suits the model. The painted part is laid over the picture, all else of which keeps its bytes.
 */
final class PaintMaking implements Making {
    /** The factor by which a picture may exceed the model's own number of pixels. */
    private static final int MOST_AT_ONCE = 2;

    /** How much of the surroundings the model sees on each side, as a part of the mask's own size. */
    private static final double CONTEXT = 0.5;

    private final Means means;
    private final Painting painting;
    private final Region place;
    private final Grid grid;
    private final Plan plan;
    private final PicturePipeline pipeline;

    PaintMaking(Means means, Request wished, Recipe recipe, Loaded inputs) {
        this.means = means;
        painting = inputs.painting().orElseThrow();
        place = place(painting, mostPixels());
        grid = grid();
        var model = means.model();
        var blank = new RgbImage(1, 1, new byte[3]);
        var request = request(recipe, inputs, blank, new GrayImage(1, 1, new byte[] {(byte) 255}));
        var wanted = Resolver.vae(wished);
        var figures = PicturePlan.of(model, request, wanted, means.memory());
        Making.requireMemory(
                recipe,
                figures.peakBytes(),
                means,
                () -> PicturePlan.largestSquare(model, request, wanted, means.memory()));
        var weights = WeightPlan.of(model, means.memory() - figures.peakBytes());
        plan = new Plan(
                recipe.seenBy(figures.vae()),
                figures.peakBytes(),
                figures.flops(recipe.steps(), request.sampling().classifierFree()),
                figures.vae(),
                List.of(),
                List.of(Plan.Pass.whole(recipe, recipe.steps(), figures)),
                weights,
                means.speed());
        pipeline = new PicturePipeline(model, means.device().ops(), weights, means.previews());
    }

    private long mostPixels() {
        var defaults = means.model().defaults();
        return (long) MOST_AT_ONCE * defaults.width() * defaults.height();
    }

    /** All of the canvas, or the mask with what is around it. */
    private static Region place(Painting painting, long most) {
        var canvas = painting.canvas();
        if ((long) canvas.width() * canvas.height() <= most) {
            return new Region(0, 0, canvas.width(), canvas.height());
        }
        var mask = painting.cover().bounds();
        int across = (int) (mask.width() * CONTEXT);
        int down = (int) (mask.height() * CONTEXT);
        // A small mask is shown with as much around it as the model takes.
        int side = (int) Math.sqrt(most / 2.0);
        across = Math.max(across, (side - mask.width()) / 2);
        down = Math.max(down, (side - mask.height()) / 2);
        int left = Math.max(0, mask.left() - across);
        int top = Math.max(0, mask.top() - down);
        int right = Math.min(canvas.width(), mask.right() + across);
        int bottom = Math.min(canvas.height(), mask.bottom() + down);
        return new Region(left, top, right - left, bottom - top);
    }

    /** The place's own size, or a smaller one of its proportions. */
    private Grid grid() {
        double pixels = (double) place.width() * place.height();
        double scale = Math.min(1, Math.sqrt(mostPixels() / pixels));
        return means.model().grid(side(place.width() * scale), side(place.height() * scale));
    }

    private int side(double pixels) {
        int step = means.model().tokenPixels();
        return Math.max(step, (int) (pixels + step / 2.0) / step * step);
    }

    private GenerationRequest request(Recipe recipe, Loaded inputs, RgbImage picture, GrayImage mask) {
        var edit = recipe.edit();
        var editing = new Editing(Optional.of(new Mask(mask)), inputs.control(), edit.start(), edit.references());
        var init = new Init(picture, recipe.init().orElseThrow().strength());
        return recipe.asked(grid, new Inputs(Optional.of(init), inputs.references(), editing));
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public Picture make(Recipe recipe, Loaded inputs, Sink sink, Events events) {
        var under = painting.canvas().parts(List.of(place)).getFirst();
        var mask = painting.cover().part(place);
        var request = request(recipe, inputs, under, mask);
        if (grid.pixelWidth() != place.width() || grid.pixelHeight() != place.height()) {
            events.note("the model paints " + place.width() + "x" + place.height() + " pixels as " + grid);
        }
        var result = pipeline.generate(request, means.model().schedule(request), recipe.vae(), events, events);
        var over = Resize.lanczos(result.image(), place.width(), place.height());
        var laid = Feather.lay(under, over, mask, recipe.edit().feather().orElseThrow());
        var patch = new Canvas.Patch(place.left(), place.top(), laid, mask);
        return Output.write(sink, recipe, rows -> painting.canvas().write(List.of(patch), rows));
    }
}
