package io.mural.train.data;

import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.image.GrayImage;
import io.mural.model.image.ImageFile;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.image.UserPicture;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.train.data.Sample.GuideTokens;
import io.mural.train.data.Sample.Text;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Brings pictures and captions through the encoders, once: what they give is kept in a folder, under names that change
 * with the picture, its caption, its size and the encoders.
 */
public final class Encoding {
    /** What is kept is of this form: pictures on white, in sRGB, with masks. */
    private static final String FORM = "2";

    /** Below it sizes go in steps of a token. */
    private static final int SMALL_SIDE = 512;
    /** Log-variances are held within these, as the reference holds them. */
    private static final float LEAST_LOG_VARIANCE = -30;

    private static final float LARGEST_LOG_VARIANCE = 20;

    /**
     * What pictures become.
     *
     * @param sides of a square as large as a picture may be, one or several
     * @param upscale whether smaller pictures are made larger
     * @param flip whether each picture counts a second time, mirrored
     * @param geometry where a guide is trained
     */
    public record Sizes(List<Integer> sides, boolean upscale, boolean flip, Optional<HierarchicalGeometry> geometry) {
        public Sizes {
            sides = List.copyOf(sides);
        }
    }

    private final PictureModel model;
    private final String encoders;
    private final Supplier<Ops> device;
    private final Path folder;
    private final Sizes sizes;
    private final int textTokens;
    private final Consumer<String> notes;

    /**
     * @param encoders identity of the encoders' weights
     * @param folder where results are kept
     * @param notes told what is left out and how far it is, one line each
     */
    public Encoding(
            PictureModel model,
            String encoders,
            Supplier<Ops> device,
            Path folder,
            Sizes sizes,
            int textTokens,
            Consumer<String> notes) {
        this.model = model;
        this.encoders = encoders;
        this.device = device;
        this.folder = folder;
        this.sizes = sizes;
        this.textTokens = textTokens;
        this.notes = notes;
    }

    /** One picture in one size. */
    private record Wanted(Example example, int side, boolean flipped) {}

    /** Encodes what is not kept yet. */
    public Samples encode(List<Example> examples) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be made: " + Shown.reason(e), e);
        }
        var files = new ArrayList<Path>();
        var contents = new Identity();
        int made = 0;
        for (var wanted : wanted(examples)) {
            var key = key(wanted);
            if (key.isEmpty()) {
                continue;
            }
            contents.add(key.get());
            var file = folder.resolve(key.get() + ".safetensors");
            if (!Files.exists(file)) {
                if (!make(wanted, file)) {
                    continue;
                }
                made++;
                if (made % 100 == 0) {
                    notes.accept("encoded " + made + " pictures");
                }
            }
            files.add(file);
        }
        if (files.isEmpty()) {
            throw new InputException("none of the pictures can be trained on");
        }
        return new Samples(files, empty(), contents.text());
    }

    private List<Wanted> wanted(List<Example> examples) {
        var wanted = new ArrayList<Wanted>();
        for (var example : examples) {
            for (int side : sizes.sides()) {
                wanted.add(new Wanted(example, side, false));
                if (sizes.flip()) {
                    wanted.add(new Wanted(example, side, true));
                }
            }
        }
        return wanted;
    }

    private Optional<String> key(Wanted wanted) {
        try {
            var identity = new Identity()
                    .add(FORM)
                    .add(Files.readAllBytes(wanted.example().file()))
                    .add(encoders)
                    .add(wanted.side() + " " + wanted.flipped() + " " + sizes.upscale() + " " + textTokens)
                    .add(sizes.geometry().map(HierarchicalGeometry::toString).orElse(""));
            wanted.example().captions().forEach(identity::add);
            if (wanted.example().mask().isPresent()) {
                identity.add(Files.readAllBytes(wanted.example().mask().get()));
            }
            return Optional.of(identity.text());
        } catch (IOException e) {
            notes.accept(wanted.example().file() + " is left out: it cannot be read (" + e.getMessage() + ")");
            return Optional.empty();
        }
    }

    private boolean make(Wanted wanted, Path file) {
        RgbImage seen;
        Optional<float[]> mask;
        try {
            var picture = picture(wanted);
            mask = wanted.example().mask().map(each -> tokens(shown(mask(each, picture), wanted)));
            seen = shown(picture, wanted);
        } catch (InputException e) {
            notes.accept(wanted.example().file() + " is left out: " + e.getMessage());
            return false;
        }
        var texts = wanted.example().captions().stream().map(this::text).toList();
        try (var ops = device.get()) {
            int channels = model.codec().channels();
            var moments = ops.read(model.codec().moments(ops, seen));
            var sample = new Sample(
                    part(moments, channels, 0),
                    held(part(moments, channels, channels)),
                    seen.height() / model.tokenPixels(),
                    seen.width() / model.tokenPixels(),
                    sizes.geometry().map(geometry -> guide(seen, geometry)),
                    texts,
                    mask);
            SampleFile.write(file, sample, channels);
        }
        return true;
    }

    /** On white, in sRGB; what is done for that is told once. */
    private RgbImage picture(Wanted wanted) {
        var file = wanted.example().file();
        var picture = UserPicture.of(file.toString(), file);
        if (!wanted.flipped() && wanted.side() == sizes.sides().getFirst()) {
            picture.notes().forEach(notes);
        }
        return picture.image();
    }

    private static RgbImage mask(Path file, RgbImage picture) {
        var mask = GrayImage.of(ImageFile.read(file)).toRgb();
        if (mask.width() != picture.width() || mask.height() != picture.height()) {
            throw new InputException(file + " has " + mask.width() + "x" + mask.height() + " pixels, the picture "
                    + picture.width() + "x" + picture.height() + "; make them alike");
        }
        return mask;
    }

    /** As it is trained on: in its size, and mirrored where it is. */
    private RgbImage shown(RgbImage picture, Wanted wanted) {
        var cut = cut(picture, wanted.side());
        return wanted.flipped() ? mirrored(cut) : cut;
    }

    /** The mean light of each token's pixels. */
    private float[] tokens(RgbImage mask) {
        int pixels = model.tokenPixels();
        int width = mask.width() / pixels;
        var sums = new int[mask.height() / pixels * width];
        for (int y = 0; y < mask.height(); y++) {
            for (int x = 0; x < mask.width(); x++) {
                sums[y / pixels * width + x / pixels] += mask.rgb()[(y * mask.width() + x) * 3] & 0xff;
            }
        }
        var means = new float[sums.length];
        int light = 0;
        for (int i = 0; i < means.length; i++) {
            means[i] = sums[i] / (255f * pixels * pixels);
            light |= sums[i];
        }
        if (light == 0) {
            throw new InputException("its mask is black everywhere");
        }
        return means;
    }

    private RgbImage cut(RgbImage picture, int side) {
        int step = side < SMALL_SIDE ? model.tokenPixels() : 4 * model.tokenPixels();
        var bucket = Bucket.of(picture.width(), picture.height(), side, step, sizes.upscale());
        var resized = Resize.lanczos(picture, bucket.resizedWidth(), bucket.resizedHeight());
        var rgb = new byte[bucket.width() * bucket.height() * 3];
        for (int y = 0; y < bucket.height(); y++) {
            int from = ((bucket.top() + y) * resized.width() + bucket.left()) * 3;
            System.arraycopy(resized.rgb(), from, rgb, y * bucket.width() * 3, bucket.width() * 3);
        }
        return new RgbImage(bucket.width(), bucket.height(), rgb);
    }

    private static RgbImage mirrored(RgbImage picture) {
        var rgb = new byte[picture.rgb().length];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int from = (y * picture.width() + x) * 3;
                int to = (y * picture.width() + picture.width() - 1 - x) * 3;
                System.arraycopy(picture.rgb(), from, rgb, to, 3);
            }
        }
        return new RgbImage(picture.width(), picture.height(), rgb);
    }

    private Text text(String caption) {
        try (var ops = device.get()) {
            var embeds = model.encode(ops, caption, textTokens);
            return new Text(embeds.tokens(), embeds.width(), embeds.pooled());
        }
    }

    /** The empty caption, for samples whose caption is dropped. */
    private Text empty() {
        var key = new Identity().add(encoders).add("empty " + textTokens).text();
        var file = folder.resolve(key + ".safetensors");
        if (!Files.exists(file)) {
            SampleFile.writeText(file, text(""));
        }
        return SampleFile.readText(file);
    }

    /** The mean of the reduced picture's distribution, as a picture's guide is encoded. */
    private GuideTokens guide(RgbImage picture, HierarchicalGeometry geometry) {
        int height = geometry.guideSide(picture.height() / model.tokenPixels());
        int width = geometry.guideSide(picture.width() / model.tokenPixels());
        var reduced = Resize.lanczos(picture, width * model.tokenPixels(), height * model.tokenPixels());
        try (var ops = device.get()) {
            return new GuideTokens(model.codec().encode(ops, reduced, VaeWay.of(VaeExtent.WHOLE)), height, width);
        }
    }

    /** Channels {@code from} to {@code from + channels} of [pixels, 2 x channels]. */
    private static float[] part(float[] moments, int channels, int from) {
        var part = new float[moments.length / 2];
        for (int i = 0; i < part.length; i++) {
            part[i] = moments[i / channels * 2 * channels + from + i % channels];
        }
        return part;
    }

    private static float[] held(float[] logVariance) {
        for (int i = 0; i < logVariance.length; i++) {
            logVariance[i] = Math.clamp(logVariance[i], LEAST_LOG_VARIANCE, LARGEST_LOG_VARIANCE);
        }
        return logVariance;
    }

    /** Latents that a distribution gave, as tokens that the transformer works on. */
    public static float[] tokens(PictureModel model, float[] latents, int height, int width) {
        return model.codec().tokens(latents, height, width);
    }
}
