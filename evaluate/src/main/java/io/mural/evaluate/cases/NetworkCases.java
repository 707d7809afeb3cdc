package io.mural.evaluate.cases;

import io.mural.evaluate.measure.Cosine;
import io.mural.evaluate.measure.PixelDifference;
import io.mural.evaluate.measure.Ssim;
import io.mural.evaluate.network.Clip;
import io.mural.evaluate.network.ClipResNet;
import io.mural.evaluate.network.Inception;
import io.mural.evaluate.network.Lpips;
import io.mural.evaluate.pixels.ClipPixels;
import io.mural.evaluate.pixels.FloatResize;
import io.mural.evaluate.pixels.InceptionPixels;
import io.mural.evaluate.pixels.Resizer;
import io.mural.model.image.RgbImage;
import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/** Cases of networks, and of metrics that are computed with one. */
final class NetworkCases {
    private static final String WEIGHTS = "model.safetensors";

    private final Supplier<Ops> device;

    NetworkCases(Supplier<Ops> device) {
        this.device = device;
    }

    Judgement inception(ParityCase given) {
        var pixels = inceptionPixels(given);
        try (var network = Inception.load(weights(given));
                var ops = device.get()) {
            var features = network.features(ops, pixels);
            var unbiased = network.logitsUnbiased(ops, features);
            var errors = new Errors(given, Errors.NETWORK);
            errors.of("pool", features, Errors.NETWORK);
            errors.of("logits_unbiased", unbiased, Errors.NETWORK);
            errors.of("logits", network.logits(unbiased), Errors.NETWORK);
            return errors.judged();
        }
    }

    /** The picture as the case says that it comes to Inception: any resizer with either scaling. */
    private static float[] inceptionPixels(ParityCase given) {
        var resize = given.params().string("resize", "clean");
        var resizer = switch (resize) {
            case "clean" -> Resizer.CLEAN;
            case "bilinear", "pytorch-fid", "pytorch_fid" -> Resizer.PYTORCH_FID;
            case "tensorflow1" -> Resizer.TENSORFLOW1;
            case "bilinear_antialias" -> Resizer.BILINEAR_ANTIALIAS;
            default ->
                throw new InputException(
                        "resize \"" + resize + "\": expected clean, bilinear, tensorflow1 or bilinear_antialias");
        };
        var normalise = given.params().string("normalise", "(x - 128) / 128");
        var values =
                FloatResize.apply(resizer, Errors.image(given, "in.image"), InceptionPixels.SIDE, InceptionPixels.SIDE);
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (normalise) {
                case "(x - 128) / 128" -> (values[i] - 128) / 128;
                case "x / 127.5 - 1" -> values[i] / 127.5f - 1;
                case "2 (x / 255) - 1" -> 2 * (values[i] / 255) - 1;
                default ->
                    throw new InputException("normalise \"" + normalise
                            + "\": expected (x - 128) / 128, x / 127.5 - 1 or 2 (x / 255) - 1");
            };
        }
        return values;
    }

    Judgement clipScore(ParityCase given) {
        try (var clip = Clip.load(given.model());
                var ops = device.get()) {
            var pixels = clipPixels(Errors.image(given, "in.image"), clip.imageSize());
            var image = clip.image(ops, pixels);
            var text = clip.text(ops, given.ids("in.input_ids"));
            var errors = new Errors(given, Errors.NETWORK);
            errors.of("cosine", new double[] {Cosine.of(image, text)}, 1, Errors.NETWORK);
            errors.of("image_embeds", image, Errors.NETWORK);
            errors.of("text_embeds", text, Errors.NETWORK);
            if (errors.has("pixel_values")) {
                errors.of("pixel_values", planes(pixels), Errors.NETWORK);
            }
            if (errors.has("vision_hidden")) {
                errors.of("vision_hidden", clip.visionHidden(ops, pixels), Errors.NETWORK);
            }
            return errors.judged();
        }
    }

    private static float[] clipPixels(RgbImage image, int side) {
        var pixels = new ClipPixels(image.width(), image.height(), side);
        for (int y = 0; y < image.height(); y++) {
            pixels.row(image.rgb(), y * image.width() * 3);
        }
        return pixels.values();
    }

    /** [height, width, 3] as [3, height, width]. */
    private static float[] planes(float[] pixels) {
        var planes = new float[pixels.length];
        int size = pixels.length / 3;
        for (int i = 0; i < pixels.length; i++) {
            planes[i % 3 * size + i / 3] = pixels[i];
        }
        return planes;
    }

    Judgement clipIqa(ParityCase given) {
        try (var clip = Clip.load(given.model());
                var ops = device.get()) {
            var good = clip.text(ops, given.ids("in.positive"));
            var bad = clip.text(ops, given.ids("in.negative"));
            var images = given.floats("in.image_embeds");
            int width = given.dim("in.image_embeds", 1);
            var mine = new double[images.length / width];
            for (int i = 0; i < mine.length; i++) {
                var image = Arrays.copyOfRange(images, i * width, (i + 1) * width);
                mine[i] = Cosine.preferred(image, good, bad);
            }
            var errors = new Errors(given, Errors.NETWORK);
            errors.of("probability", mine, Errors.NETWORK);
            return errors.judged();
        }
    }

    Judgement clipResNet(ParityCase given) {
        var image = Errors.image(given, "in.image");
        try (var network = ClipResNet.load(weights(given));
                var ops = device.get()) {
            var errors = new Errors(given, Errors.NETWORK);
            boolean positions = given.params().bool("positions", false);
            var pixels = ClipPixels.normalised(image);
            errors.of(
                    "embeds", network.embedding(ops, pixels, image.height(), image.width(), positions), Errors.NETWORK);
            return errors.judged();
        }
    }

    Judgement pair(ParityCase given) {
        var a = Errors.image(given, "in.image_a");
        var b = Errors.image(given, "in.image_b");
        var difference = new PixelDifference();
        var ssim = new Ssim(a.width(), a.height());
        for (int y = 0; y < a.height(); y++) {
            int at = y * a.width() * 3;
            difference.row(a.rgb(), at, b.rgb(), at, a.width() * 3);
            ssim.row(a.rgb(), at, b.rgb(), at);
        }
        var errors = new Errors(given, Errors.EXACT);
        errors.of("mse", new double[] {difference.meanSquare()}, Errors.EXACT);
        errors.of("psnr", new double[] {difference.psnr()}, Errors.EXACT);
        errors.of("ssim", new double[] {ssim.value()}, Errors.EXACT);
        if (errors.has("lpips")) {
            try (var network = Lpips.load(weights(given));
                    var ops = device.get()) {
                errors.of("lpips", new double[] {network.distance(ops, a, b)}, Errors.NETWORK);
            }
        }
        return errors.judged();
    }

    private static Path weights(ParityCase given) {
        var model = given.model();
        return Files.isDirectory(model) ? model.resolve(WEIGHTS) : model;
    }
}
