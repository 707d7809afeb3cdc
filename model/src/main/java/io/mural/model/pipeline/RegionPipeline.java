package io.mural.model.pipeline;

import io.mural.model.edit.Canvas;
import io.mural.model.edit.Canvas.Patch;
import io.mural.model.edit.Cover;
import io.mural.model.edit.Feather;
import io.mural.model.edit.LatentMask;
import io.mural.model.edit.Margins;
import io.mural.model.edit.Mask;
import io.mural.model.edit.Region;
import io.mural.model.family.Denoiser;
import io.mural.model.family.GuidedModel;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptPair;
import io.mural.model.hierarchical.Scene;
import io.mural.model.image.GrayImage;
import io.mural.model.image.RgbImage;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.pipeline.Journal.Position;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Init;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.PixelRows;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Changes a part of a large picture for its share of the work: the small picture is painted in as a whole and guides the
 * windows of each level that meet the mask; no other windows are computed. Tokens around, which the windows see, follow
 * the picture with the noise of each step.
 */
public final class RegionPipeline {
    /** Rectangles of more pixels go through the autoencoder from top to bottom. */
    private static final int MOST_AT_ONCE = 1 << 20;

    /** Of the pixels over which the model fades in, those over which what the autoencoder changes is hidden. */
    private static final int HIDDEN = 4;

    private final PictureModel model;
    private final GuidedModel guided;
    private final Stages stages;
    private final PicturePipeline pipeline;

    /**
     * @param device opens the operations of a stage
     * @param weights what of the weights stays in memory
     * @param previews of the model, which several pipelines may share
     */
    public RegionPipeline(
            PictureModel model, GuidedModel guided, Supplier<Ops> device, WeightPlan weights, Previews previews) {
        this.model = model;
        this.guided = guided;
        this.stages = new Stages(model, device, weights);
        this.pipeline = new PicturePipeline(model, device, stages, previews);
    }

    /**
     * What to change.
     *
     * @param picture asked of the model; its grid and its inputs are found here
     * @param strength how far the small picture leaves the given one: 1 ignores what was under the mask
     * @param feather pixels over which the painted part fades in
     */
    public record Request(
            GenerationRequest picture, HierarchicalSettings settings, Pyramid pyramid, double strength, int feather) {}

    /** The levels' parts, smallest first. */
    public static List<RegionPlan> plans(Pyramid pyramid, Cover cover, HierarchicalSettings settings) {
        var plans = new ArrayList<RegionPlan>();
        var levels = pyramid.levels();
        var there = cover;
        for (int i = levels.size() - 1; i >= 0; i--) {
            plans.addFirst(RegionPlan.of(levels.get(i), there, settings));
            there = reduced(there, levels.get(i));
        }
        return plans;
    }

    private static Cover reduced(Cover cover, Level level) {
        var guide = level.guide();
        return cover.reduced(level.ratio(), guide.pixelWidth(), guide.pixelHeight());
    }

    /**
     * @param journal told every step
     * @return the changed parts, to be laid over the canvas
     */
    public List<Patch> generate(
            Request request,
            Canvas canvas,
            List<RegionPlan> plans,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        var smaller = smaller(request.pyramid(), canvas);
        var position = journal.start(at -> fits(at, request, plans)).orElse(Position.BEGINNING);
        if (position.level() == 0) {
            var first = plans.getFirst();
            var cover = reduced(first.cover(), first.level());
            var small = base(request, smaller.getFirst(), cover, position, journal, onlooker, progress);
            position = new Position(1, 0, small, new float[0]);
            journal.reached(position);
        }
        var embeds = stages.encode(request.picture(), request.settings().classifierFree(), progress);
        while (true) {
            int i = position.level() - 1;
            var plan = plans.get(i);
            boolean last = i == plans.size() - 1;
            var rectangles = new ArrayList<Region>();
            for (int r = 0; r < plan.rectangles().size(); r++) {
                rectangles.add(plan.pixels(r));
            }
            var level = last ? canvas : Canvas.of(smaller.get(i + 1), Margins.NONE);
            var pictures = level.parts(rectangles);
            progress.level(
                    i + 2,
                    plans.size() + 1,
                    plan.level().grid().pixelWidth(),
                    plan.level().grid().pixelHeight(),
                    plan.order().parts().size());
            var changed = refine(request, plan, position, pictures, embeds, journal, progress);
            if (last) {
                return patches(request, plan, changed, pictures, progress);
            }
            position = new Position(i + 2, 0, whole(plan, changed, smaller.get(i + 1), progress), new float[0]);
            journal.reached(position);
        }
    }

    /** Whether a run of these parts can have stopped there. */
    private boolean fits(Position at, Request request, List<RegionPlan> plans) {
        if (at.level() < 0 || at.level() > plans.size()) {
            return false;
        }
        boolean isBase = at.level() == 0;
        var level = isBase ? null : plans.get(at.level() - 1);
        int tokens = isBase ? request.pyramid().base().tokens() : level.order().tokens();
        int guide = isBase ? 0 : level.level().guide().tokens() * model.features();
        int steps = isBase ? baseSteps(request) : request.settings().schedule().steps();
        return at.step() >= 0
                && at.step() <= steps
                && at.guide().length == guide
                && at.latents().length == (at.step() > 0 ? tokens * model.features() : 0)
                && Latents.areFinite(at.guide())
                && Latents.areFinite(at.latents());
    }

    private int baseSteps(Request request) {
        var schedule = model.schedule(request.picture().with(request.pyramid().base()));
        return schedule.from(schedule.firstStep(request.strength())).steps();
    }

    /** The picture in the sizes of the base and of all levels but the last. */
    private static List<RgbImage> smaller(Pyramid pyramid, Canvas canvas) {
        var pictures = new ArrayList<RgbImage>();
        var there = canvas;
        for (int i = pyramid.levels().size() - 1; i >= 0; i--) {
            var level = pyramid.levels().get(i);
            var small = there.reduced(
                    level.ratio(), level.guide().pixelWidth(), level.guide().pixelHeight());
            pictures.addFirst(small);
            there = Canvas.of(small, Margins.NONE);
        }
        return pictures;
    }

    /** The small picture, painted in: its latents. */
    private float[] base(
            Request request,
            RgbImage small,
            Cover cover,
            Position from,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        var grid = request.pyramid().base();
        progress.level(1, request.pyramid().levels().size() + 1, grid.pixelWidth(), grid.pixelHeight(), 1);
        var all = new Region(0, 0, grid.pixelWidth(), grid.pixelHeight());
        var before = request.picture().inputs();
        var editing = new Editing(
                Optional.of(new Mask(cover.part(all), fade(request, grid))),
                before.editing().control(),
                before.editing().start(),
                before.editing().memory());
        var base = request.picture()
                .with(grid)
                .with(new Inputs(Optional.of(new Init(small, request.strength())), before.references(), editing));
        var embeds = stages.encode(base, base.sampling().classifierFree(), progress);
        return pipeline.latents(base, model.schedule(base), embeds, VaeExtent.WHOLE, from, journal, onlooker, progress);
    }

    /** The tokens of a level's region after its last step, in their order. */
    private float[] refine(
            Request request,
            RegionPlan plan,
            Position from,
            List<RgbImage> pictures,
            PromptPair embeds,
            Journal journal,
            Progress progress) {
        var settings = request.settings();
        var schedule = settings.schedule();
        int features = model.features();
        var clean = gathered(plan, encoded(plan, pictures, progress));
        var noise = plan.order()
                .fromRaster(stages.noise(request.picture().with(plan.level().grid())));
        var mask = plan.mask(features, fade(request, plan.level().grid()));
        var latents = from.step() > 0
                ? from.latents().clone()
                : start(request, plan, from.guide(), clean, noise, mask, progress);
        var scene = new Scene(
                settings.geometry().withRatio(plan.level().ratio()),
                plan.order(),
                plan.level().guide().height(),
                plan.level().guide().width(),
                from.guide());
        progress.stage(Stage.DENOISE, schedule.steps());
        try (var stream = stages.transformerWeights();
                var ops = stages.open(progress, stream)) {
            var denoiser = Denoiser.of(ops, model, guided, scene, settings, embeds, OutsideMemory.KEEP);
            for (int i = from.step(); i < schedule.steps(); i++) {
                Latents.step(latents, denoiser.velocity(latents, schedule.sigma(i)), schedule.delta(i));
                mask.lay(Latents.noised(clean, noise, schedule.sigma(i + 1)), latents, left(settings, i + 1));
                Latents.requireFinite(latents, i + 1);
                progress.step(i + 1);
                journal.reached(new Position(from.level(), i + 1, from.guide(), latents));
            }
        }
        return latents;
    }

    /** The region's tokens before the first step: noise, over the enlarged guide where steps are skipped. */
    private float[] start(
            Request request,
            RegionPlan plan,
            float[] guide,
            float[] clean,
            float[] noise,
            LatentMask mask,
            Progress progress) {
        var settings = request.settings();
        float sigma = settings.schedule().sigma(0);
        var latents = settings.skipSteps() == 0
                ? noise.clone()
                : Latents.noised(gathered(plan, enlarged(request, plan, guide, progress)), noise, sigma);
        mask.lay(Latents.noised(clean, noise, sigma), latents, left(settings, 0));
        return latents;
    }

    /** How much of a level's steps is still to come after some; those that are skipped count as made. */
    private static float left(HierarchicalSettings settings, int made) {
        return 1 - (float) (settings.skipSteps() + made) / settings.steps();
    }

    /** The pixels of a smaller picture over which the painted part fades in. */
    private static int fade(Request request, Grid grid) {
        var last = request.pyramid().levels().getLast().grid();
        return Math.round((float) request.feather() * grid.pixelWidth() / last.pixelWidth());
    }

    /** The rectangles' tokens as the region's, in its order. */
    private float[] gathered(RegionPlan plan, List<float[]> rectangles) {
        int features = model.features();
        var tokens = new float[plan.order().tokens() * features];
        for (int i = 0; i < plan.order().tokens(); i++) {
            System.arraycopy(
                    rectangles.get(plan.owner()[i]), plan.within(i) * features, tokens, i * features, features);
        }
        return tokens;
    }

    private List<float[]> encoded(RegionPlan plan, List<RgbImage> pictures, Progress progress) {
        progress.stage(Stage.ENCODE, pictures.size());
        var tokens = new ArrayList<float[]>();
        for (int r = 0; r < pictures.size(); r++) {
            tokens.add(encoded(pictures.get(r), plan.grid(r), progress));
            progress.step(r + 1);
        }
        return tokens;
    }

    private float[] encoded(RgbImage picture, Grid grid, Progress progress) {
        try (var ops = stages.open(progress)) {
            return model.codec().encode(ops, PixelRows.of(picture), way(grid));
        }
    }

    static VaeWay way(Grid grid) {
        boolean small = (long) grid.pixelWidth() * grid.pixelHeight() <= MOST_AT_ONCE;
        return VaeWay.of(small ? VaeExtent.WHOLE : VaeExtent.BANDS);
    }

    /** The guide under each rectangle, enlarged. */
    private List<float[]> enlarged(Request request, RegionPlan plan, float[] guide, Progress progress) {
        int ratio = plan.level().ratio();
        int features = model.features();
        var small = plan.level().guide();
        var warm = new WarmStart(model, stages, request.settings().upsampler());
        var tokens = new ArrayList<float[]>();
        for (var rectangle : plan.rectangles()) {
            int top = rectangle.top() / ratio;
            int left = rectangle.left() / ratio;
            int height = Math.ceilDiv(rectangle.bottom(), ratio) - top;
            int width = Math.ceilDiv(rectangle.right(), ratio) - left;
            var under = cut(guide, small.width(), new Region(left, top, width, height), features);
            var level = new Level(small.resized(height * ratio, width * ratio), ratio);
            var large = warm.enlarge(level, under, way(level.guide()), way(level.grid()), progress);
            var inside = new Region(
                    rectangle.left() - left * ratio,
                    rectangle.top() - top * ratio,
                    rectangle.width(),
                    rectangle.height());
            tokens.add(cut(large, width * ratio, inside, features));
        }
        return tokens;
    }

    private static float[] cut(float[] tokens, int rowTokens, Region part, int features) {
        var out = new float[part.width() * part.height() * features];
        int row = part.width() * features;
        for (int y = 0; y < part.height(); y++) {
            System.arraycopy(tokens, ((part.top() + y) * rowTokens + part.left()) * features, out, y * row, row);
        }
        return out;
    }

    /** A level's latents with its changed tokens, to guide the next. */
    private float[] whole(RegionPlan plan, float[] changed, RgbImage picture, Progress progress) {
        progress.stage(Stage.ENCODE, 1);
        var latents = encoded(picture, plan.level().grid(), progress);
        progress.step(1);
        int features = model.features();
        int width = plan.level().grid().width();
        for (int i = 0; i < plan.order().tokens(); i++) {
            int place = plan.order().row(i) * width + plan.order().column(i);
            System.arraycopy(changed, i * features, latents, place * features, features);
        }
        return latents;
    }

    private List<Patch> patches(
            Request request, RegionPlan plan, float[] changed, List<RgbImage> pictures, Progress progress) {
        int features = model.features();
        var patches = new ArrayList<Patch>();
        progress.stage(Stage.DECODE, pictures.size());
        for (int r = 0; r < pictures.size(); r++) {
            var grid = plan.grid(r);
            var tokens = encoded(pictures.get(r), grid, progress);
            for (int i = 0; i < plan.order().tokens(); i++) {
                if (plan.owner()[i] == r) {
                    System.arraycopy(changed, i * features, tokens, plan.within(i) * features, features);
                }
            }
            RgbImage painted;
            try (var ops = stages.open(progress)) {
                painted = model.codec().decode(ops, tokens, grid.height(), grid.width(), way(grid));
            }
            var place = plan.pixels(r);
            var mask = own(plan, r, plan.cover().part(place));
            var laid = Feather.lay(pictures.get(r), painted, mask, request.feather() / HIDDEN);
            patches.add(new Patch(place.left(), place.top(), laid, mask));
            progress.step(r + 1);
        }
        return patches;
    }

    /** The mask without what belongs to another rectangle that lies under this one. */
    private static GrayImage own(RegionPlan plan, int rectangle, GrayImage mask) {
        int side = plan.level().grid().tokenPixels();
        var tokens = plan.rectangles().get(rectangle);
        for (int y = 0; y < mask.height(); y++) {
            for (int x = 0; x < mask.width(); x++) {
                int token = plan.order().position(tokens.top() + y / side, tokens.left() + x / side);
                if (token < 0 || plan.owner()[token] != rectangle) {
                    mask.values()[y * mask.width() + x] = 0;
                }
            }
        }
        return mask;
    }
}
