package io.mural;

import io.mural.model.request.ClipRequest;
import io.mural.model.request.VideoDefaults;
import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;
import io.mural.tensor.InputException;
import java.util.function.Consumer;

/** Settles what a clip is made from: what is asked for, rounded where it has to be, and the model's defaults. */
final class VideoResolver {
    private static final int MOST_STEPS = 1000;

    private final VideoDefaults defaults;

    VideoResolver(VideoDefaults defaults) {
        this.defaults = defaults;
    }

    /** @param told what was rounded, a line each */
    ClipRequest clip(VideoRequest request, Consumer<String> told) {
        var size = request.size().map(asked -> size(asked, told)).orElse(new Size(defaults.width(), defaults.height()));
        int steps = request.steps().orElse(defaults.steps());
        if (steps < 1 || steps > MOST_STEPS) {
            throw InputException.about("steps", "`steps` " + steps + ": choose 1 to " + MOST_STEPS);
        }
        double shift = request.shift().orElseGet(() -> defaults.shift(size.width(), size.height()));
        if (!(shift > 0 && shift <= 1000)) {
            throw InputException.about("shift", "`shift` " + shift + ": choose a number above 0, up to 1000");
        }
        return new ClipRequest(
                request.prompt(),
                request.negative().orElse(defaults.negative()),
                request.guidance().orElse(defaults.guidance()),
                size.width(),
                size.height(),
                frames(request.frames().orElse(defaults.frames()), told),
                steps,
                request.seeded().seed().orElseThrow(),
                shift,
                request.sigmas().map(FlowSigmas.Form::of).orElse(defaults.form()),
                request.solver().map(FlowSolver.Kind::of).orElse(defaults.solver()),
                defaults.textTokens(),
                defaults.bf16Noise());
    }

    private static Size size(Size asked, Consumer<String> told) {
        var whole = new Size(rounded(asked.width()), rounded(asked.height()));
        if (whole.width() <= 0 || whole.height() <= 0) {
            throw InputException.about("size", "`size` " + asked + ": choose at least 16x16");
        }
        if (!whole.equals(asked)) {
            told.accept("`size` " + asked + ": rounded down to " + whole + ", multiples of 16");
        }
        return whole;
    }

    private static int rounded(int pixels) {
        return pixels / ClipRequest.TOKEN_PIXELS * ClipRequest.TOKEN_PIXELS;
    }

    private static int frames(int count, Consumer<String> told) {
        if (count < 1) {
            throw InputException.about("frames", "`frames` " + count + ": choose 1 or more");
        }
        int whole = (count - 1) / ClipRequest.FRAME_GROUP * ClipRequest.FRAME_GROUP + 1;
        if (whole != count) {
            told.accept("`frames` " + count + ": rounded down to " + whole + ", four times a number and one");
        }
        return whole;
    }
}
