package io.mural.server.jobs;

import io.mural.Mural;
import io.mural.Request;
import io.mural.Size;
import io.mural.TooLarge;
import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.Speed;
import io.mural.model.family.Architecture;
import io.mural.server.http.Refusal;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Open models: one that computes, and one that plans beside it, so that a plan never waits for a picture. Both are
 * mapped files; to open one takes milliseconds.
 */
public final class Models implements AutoCloseable {
    private final Catalog catalog;
    private final DeviceChoice device;
    private final long memory;
    private final Optional<Size> largest;
    private final Map<String, About> about = new HashMap<>();
    private final Map<String, Double> secondsOfFlop = new HashMap<>();
    private Opened computing; // null while none is open
    private Opened planning; // null while none is open
    private final CompletableFuture<Speed> speed;

    private record Opened(String model, List<Style> loras, Mural mural) {}

    /** What is known of a model. */
    public record About(
            String family,
            int width,
            int height,
            int steps,
            boolean references,
            boolean guided,
            boolean distilled,
            double guidance,
            double trueCfg,
            String negative,
            int textTokens,
            long bytes) {}

    /**
     * @param memory bytes that activations and resident weights may take
     * @param largest picture that may be asked for
     */
    public Models(Catalog catalog, DeviceChoice device, long memory, Optional<Size> largest) {
        this.largest = largest;
        this.catalog = catalog;
        this.device = device;
        this.memory = memory;
        // About a second of work: done before the first plan asks, where there is time.
        speed = CompletableFuture.supplyAsync(() -> Speed.of(device.ops(), DType.BF16));
    }

    public Catalog catalog() {
        return catalog;
    }

    public DeviceChoice device() {
        return device;
    }

    public long memory() {
        return memory;
    }

    /** The largest picture that may be asked for. */
    public Optional<Size> largest() {
        return largest;
    }

    private void requireSize(Wish wish) {
        boolean wide = wish.fields().get("width") instanceof Integer width
                && largest.filter(most -> width > most.width()).isPresent();
        boolean high = wish.fields().get("height") instanceof Integer height
                && largest.filter(most -> height > most.height()).isPresent();
        if (wide || high) {
            throw new Refusal(
                    Refusal.Reason.TOO_LARGE, "size", "the largest picture that this server makes is " + largest.get());
        }
    }

    /** The model that computes, opened if it is another than before. For the thread that computes only. */
    Mural computing(Wish wish) {
        synchronized (this) {
            if (isFor(computing, wish)) {
                return computing.mural();
            }
        }
        closeComputing();
        var opened = open(wish.model(), wish.loras());
        synchronized (this) {
            computing = opened;
        }
        return opened.mural();
    }

    /** Closes the model that computes. For the thread that computes only. */
    void closeComputing() {
        Opened before;
        synchronized (this) {
            before = computing;
            computing = null;
        }
        if (before != null) {
            before.mural().close();
        }
    }

    /** The name of the model that is open to compute. */
    public synchronized Optional<String> loaded() {
        return Optional.ofNullable(computing).map(Opened::model);
    }

    private static boolean isFor(Opened opened, Wish wish) {
        return opened != null
                && opened.model().equals(wish.model())
                && opened.loras().equals(wish.loras());
    }

    private Opened open(String model, List<Style> loras) {
        var ref = catalog.ref(model);
        var builder = Mural.builder().device(device).memory(memory);
        ref.path()
                .ifPresentOrElse(
                        builder::model,
                        () -> builder.embedded(catalog.embedded().orElseThrow()));
        ref.base().ifPresent(builder::base);
        loras.forEach(lora -> builder.lora(catalog.lora(lora.name()), lora.scale()));
        return new Opened(model, loras, builder.open());
    }

    /** What a request of a wish takes; throws what makes it impossible. */
    public synchronized Figures plan(Wish wish, Request request) {
        requireSize(wish);
        try {
            return planned(wish, request);
        } catch (TooLarge e) {
            throw Refusal.of(Refusal.Reason.TOO_LARGE, e);
        } catch (InputException e) {
            throw Refusal.of(Refusal.Reason.INVALID_VALUE, e);
        }
    }

    private Figures planned(Wish wish, Request request) {
        if (!isFor(planning, wish)) {
            if (planning != null) {
                planning.mural().close();
                planning = null;
            }
            planning = open(wish.model(), wish.loras());
        }
        var plan = planning.mural().plan(request);
        return Figures.of(plan, planning.mural().tokens(request), seconds(wish.model(), plan.flops()));
    }

    /** About how long operations take: as the model's pictures before did, else as the device is measured. */
    private double seconds(String model, double flops) {
        if (secondsOfFlop.containsKey(model)) {
            return flops * secondsOfFlop.get(model);
        }
        return speed.join().seconds(flops, 0);
    }

    /** Learns from a finished picture how long operations take. */
    synchronized void took(String model, double flops, double seconds) {
        secondsOfFlop.put(model, seconds / Math.max(1, flops));
    }

    /** What is known of a model; throws if its files are damaged. */
    public synchronized About about(String model) {
        var known = about.get(model);
        if (known != null) {
            return known;
        }
        try (var mural = open(model, List.of()).mural()) {
            var defaults = mural.defaults();
            boolean distilled = defaults.trueCfg() == 1;
            var learnt = new About(
                    Architecture.of(catalog.place(model)).name().toLowerCase(java.util.Locale.ROOT),
                    defaults.width(),
                    defaults.height(),
                    defaults.steps(),
                    mural.takesReferences(),
                    mural.takesGuidance(),
                    distilled,
                    defaults.guidance(),
                    defaults.trueCfg(),
                    defaults.negative(),
                    defaults.textTokens(),
                    mural.bytes());
            about.put(model, learnt);
            return learnt;
        }
    }

    /** A model as JSON has it. */
    public Map<String, Object> toJson(String model) {
        var known = about(model);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("family", known.family());
        json.put("width", known.width());
        json.put("height", known.height());
        json.put("steps", known.steps());
        json.put("references", known.references());
        json.put("guided", known.guided());
        json.put("guidance", known.guidance());
        json.put("true_cfg", known.trueCfg());
        json.put("negative", known.negative());
        json.put("text_tokens", known.textTokens());
        json.put("bytes", known.bytes());
        json.put("loaded", loaded().equals(Optional.of(model)));
        return json;
    }

    @Override
    public void close() {
        closeComputing();
        synchronized (this) {
            if (planning != null) {
                planning.mural().close();
                planning = null;
            }
        }
    }
}
