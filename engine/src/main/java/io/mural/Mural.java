package io.mural;

import io.mural.engine.EmbeddedModel;
import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.Memory;
import io.mural.engine.device.Speed;
import io.mural.model.family.PictureModel;
import io.mural.model.pipeline.Previews;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.DType;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An open model on a device, which makes pictures.
 *
 * <pre>{@code
 * try (var mural = Mural.open(Path.of("FLUX.2-klein-4B"))) {
 *     mural.generate("a calm sea").save(Path.of("sea.png"));
 * }
 * }</pre>
 *
 * <p>It may be used by several threads: those that make pictures take turns, in the order they came. A plan does not wait
 * for them. A thread that makes pictures is stopped, at the next unit of the model, by interrupting it.
 */
public final class Mural implements AutoCloseable {
    private static final String CPU = "cpu";

    private final ModelRef place;
    private final PictureModel model;
    private final List<LoraFile> loras;
    private final DeviceChoice device;
    private final OptionalLong memory;
    private final Turns turns = new Turns();
    private final Previews previews;
    private final Beside beside;
    private final Set<Job> jobs = new HashSet<>();
    private final DType noise;
    private volatile Speed speed; // null until it is measured
    private volatile long free; // bytes when the latest picture began; 0 before the first

    private Mural(
            ModelRef place,
            Path folder,
            PictureModel model,
            List<LoraFile> loras,
            DeviceChoice device,
            OptionalLong memory) {
        this.place = place;
        this.model = model;
        previews = new Previews(model);
        this.loras = loras;
        this.device = device;
        this.memory = memory;
        noise = NoiseDtype.of(model.noiseDtype()).dtype();
        beside = new Beside(folder, place.base(), loras);
    }

    /** Opens a model, a folder in diffusers layout or a single file, on the processor. */
    public static Mural open(Path model) {
        return builder().model(model).open();
    }

    /** Opens the embedded model, on the processor: what {@link Builder#nano} says. */
    public static Mural nano() {
        return builder().nano().open();
    }

    /** For a model with more to say about it. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects how a model is opened; each method sets what its name says. */
    public static final class Builder {
        private Path model;
        private Path base;
        private Path embedded;
        private String variant;
        private final List<LoraFile> loras = new ArrayList<>();
        private String deviceName = CPU;
        private int threads = Runtime.getRuntime().availableProcessors();
        private Optional<GemmChoice> gemm = Optional.empty();
        private WeightStorage storage = WeightStorage.USUAL;
        private Optional<GemmChoice> gemmBefore = Optional.empty();
        private Precision precision = Precision.USUAL;
        private boolean slow;
        private DeviceChoice chosen; // null to choose by the name
        private OptionalLong memory = OptionalLong.empty();

        private Builder() {}

        /** A folder in diffusers layout, or a single safetensors or GGUF file. */
        public Builder model(Path folderOrFile) {
            model = folderOrFile;
            return this;
        }

        /** For a single file: the folder that has what the file lacks. */
        public Builder base(Path folder) {
            base = folder;
            return this;
        }

        /** Of a folder, the weights of a variant, such as {@code fp16}; a part without them takes its plain ones. */
        public Builder variant(String name) {
            variant = name;
            return this;
        }

        /** Where the embedded model is, which recipes name without a path. */
        public Builder embedded(Path folder) {
            embedded = folder;
            return this;
        }

        /**
         * The embedded model of the artifact {@code mural-nano}: a tiny model that shows that everything works. It is
         * unpacked once, to the user's cache folder.
         */
        public Builder nano() {
            model = null;
            return embedded(ServiceLoader.load(EmbeddedModel.class)
                    .findFirst()
                    .orElseThrow(() -> InputException.about(
                            "model",
                            "the embedded model is not there; add the dependency io.mural:mural-nano, or give a folder or"
                                    + " file as `model`"))
                    .folder());
        }

        /** A style LoRA, beside the weights; may be called several times. */
        public Builder lora(Path file, double scale) {
            return lora(new LoraFile(file, scale, LoraFile.Mode.ADAPTER));
        }

        /** A style LoRA; may be called several times. */
        public Builder lora(LoraFile lora) {
            loras.add(lora);
            return this;
        }

        /** Where to compute, such as {@code cpu} or {@code tornado:cuda:0}. */
        public Builder device(String name) {
            deviceName = name;
            return this;
        }

        /** Where to compute, chosen already. */
        public Builder device(DeviceChoice choice) {
            chosen = choice;
            return this;
        }

        /** Threads that compute; results do not depend on it. */
        public Builder threads(int number) {
            threads = number;
            return this;
        }

        /** What multiplies matrices and does attention, on devices that leave a choice. */
        public Builder gemm(GemmChoice choice) {
            gemm = Optional.of(choice);
            return this;
        }

        /** What products are in; {@link Precision#USUAL} where it is not set. Ignored with a device chosen already. */
        public Builder precision(Precision choice) {
            precision = choice;
            return this;
        }

        /** Bytes that activations and resident weights may take; else what the machine has free. */
        public Builder memory(long bytes) {
            memory = OptionalLong.of(bytes);
            return this;
        }

        /** Computes without the Vector API's module, too, many times slower. */
        public Builder slow() {
            slow = true;
            return this;
        }

        /** The model, LoRAs and device of a recipe. */
        public Builder of(Recipe recipe) {
            model = recipe.model().path().orElse(null);
            base = recipe.model().base().orElse(null);
            variant = recipe.model().variant().orElse(null);
            loras.clear();
            loras.addAll(recipe.loras());
            deviceName = recipe.device();
            gemmBefore = recipe.gemm();
            precision = recipe.precision();
            storage = recipe.storage();
            return this;
        }

        public Mural open() {
            var ref = new ModelRef(Optional.ofNullable(model), Optional.ofNullable(base), Optional.ofNullable(variant));
            var place = ref.path()
                    .or(() -> Optional.ofNullable(embedded))
                    .orElseThrow(
                            () -> InputException.about("model", "no model is named; give a folder or file as `model`"));
            var device = chosen != null
                    ? chosen
                    : DeviceChoice.of(deviceName, threads, gemm, gemmBefore, slow)
                            .in(precision)
                            .as(storage);
            return new Mural(
                    ref,
                    place,
                    PictureModel.open(place, ref.base(), ref.variant(), List.copyOf(loras)),
                    List.copyOf(loras),
                    device,
                    memory);
        }
    }

    /** What the model is asked for where a request says nothing. */
    public ModelDefaults defaults() {
        return model.defaults();
    }

    /** Which model it is. */
    public ModelRef model() {
        return place;
    }

    /** The device's whole name. */
    public String device() {
        return device.name();
    }

    /** What products are in, on this device and with this model's weights. */
    public Precision products() {
        return device.products(model.noiseDtype());
    }

    /** Whether pictures can be made after reference pictures. */
    public boolean takesReferences() {
        return model.takesReferences();
    }

    /** Whether the model takes a distilled guidance scale. */
    public boolean takesGuidance() {
        return model.takesGuidance();
    }

    /** Bytes of the model's files. */
    public long bytes() {
        return model.bytes();
    }

    /**
     * What a picture will take, without making it. It does not wait for pictures that are being made.
     *
     * @throws TooLarge if it does not fit, with the largest size that does
     */
    public Plan plan(Request request) {
        return without(reader -> batch(reader, event -> {}, 1).plan(request));
    }

    /**
     * What a step of a large picture takes, without making it.
     *
     * @param textTokens length of the text; the model's own where it is empty
     */
    public StepPlan step(Size size, StepPlan.Pattern pattern, Optional<Integer> textTokens) {
        return inTurn(() -> StepPlan.of(model, size, pattern, textTokens, speed()));
    }

    /** How large a request is for the model. It does not wait for pictures that are being made. */
    public Tokens tokens(Request request) {
        return without(reader -> {
            var inputs = Loaded.of(request, reader);
            var recipe = new Resolver(place, reader, loras, device).recipe(request.seeded(), inputs, VaeExtent.WHOLE);
            return Tokens.of(reader, recipe, inputs);
        });
    }

    /** Work without computing: on this model if nobody uses it, else on the one beside it. */
    private <T> T without(Function<PictureModel, T> work) {
        if (turns.isHeldByThisThread()) {
            return work.apply(model);
        }
        var ticket = turns.takeIfFree();
        if (ticket.isEmpty()) {
            return beside.use(work);
        }
        try {
            return work.apply(model);
        } finally {
            turns.leave(ticket.get());
        }
    }

    /** A picture in memory, of the model's own size. */
    public Picture generate(String prompt) {
        return generate(Request.of(prompt).build());
    }

    /** A picture in memory. */
    public Picture generate(Request request) {
        return generate(request, Sink.memory());
    }

    /** A picture where it should go. */
    public Picture generate(Request request, Sink sink) {
        return generate(request, sink, event -> {});
    }

    /** A picture where it should go; {@code progress} is told what happens, on this thread. */
    public Picture generate(Request request, Sink sink, Consumer<Progress> progress) {
        return generate(List.of(new Order(request, sink)), progress).getFirst();
    }

    /** Pictures one after the other; all are checked before the first is made. */
    public List<Picture> generate(List<Order> orders, Consumer<Progress> progress) {
        return inTurn(() -> making(progress, orders));
    }

    /** Begins a picture in memory on a thread of its own; {@code progress} is told there what happens. */
    public Job submit(Request request, Consumer<Progress> progress) {
        return submit(request, Sink.memory(), progress);
    }

    /** Begins a picture on a thread of its own; {@code progress} is told there what happens. */
    public Job submit(Request request, Sink sink, Consumer<Progress> progress) {
        return submit(List.of(new Order(request, sink)), progress);
    }

    /** Begins pictures, one after the other, on a thread of their own; {@code progress} is told there what happens. */
    public Job submit(List<Order> orders, Consumer<Progress> progress) {
        synchronized (jobs) {
            jobs.removeIf(job -> job.state().ordinal() > Job.State.RUNNING.ordinal());
            var job = new Job(turns, () -> making(progress, orders));
            jobs.add(job);
            return job;
        }
    }

    private List<Picture> making(Consumer<Progress> progress, List<Order> orders) {
        free = memory.orElseGet(this::available);
        return batch(model, progress, orders.size()).make(orders);
    }

    private Batch batch(PictureModel reader, Consumer<Progress> progress, int pictures) {
        var events = new Events(progress, pictures);
        var means = new Making.Means(
                reader,
                device.detailed(events::detail),
                budget(reader),
                Memory.heap(),
                reader.equals(model) ? previews : new Previews(reader),
                this::speed);
        return new Batch(means, new Resolver(place, reader, loras, device), events);
    }

    /** A device's arrays have twins in the process's memory, so both have to hold them. */
    private long available() {
        return Math.min(Memory.budget(), device.memory().orElse(Long.MAX_VALUE));
    }

    /** Beside a picture that is being made, what was free when it began: its own memory comes back. */
    private long budget(PictureModel reader) {
        return reader.equals(model) || free == 0 ? memory.orElseGet(this::available) : free;
    }

    /**
     * How fast the device is, from about a second of work, measured once. Beside a picture that is being made the processor
     * is measured as busy as it is, for this once; other devices are for one at a time.
     */
    private Speed speed() {
        if (speed != null) {
            return speed;
        }
        var ticket = turns.takeIfFree();
        if (ticket.isEmpty()) {
            boolean waits = !turns.isHeldByThisThread() && device.name().startsWith(CPU);
            return waits ? measured() : inTurn(this::measuredOnce);
        }
        try {
            return measuredOnce();
        } finally {
            turns.leave(ticket.get());
        }
    }

    private Speed measuredOnce() {
        if (speed == null) {
            speed = measured();
        }
        return speed;
    }

    private Speed measured() {
        return Speed.of(device.ops(), noise);
    }

    private <T> T inTurn(Supplier<T> work) {
        if (turns.isHeldByThisThread()) {
            return work.get();
        }
        var ticket = turns.take();
        try {
            turns.await(ticket);
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("interrupted while waiting for a turn").initCause(e);
        } finally {
            turns.leave(ticket);
        }
    }

    /** Cancels jobs and closes the model's files. */
    @Override
    public void close() {
        synchronized (jobs) {
            jobs.forEach(Job::cancel);
        }
        inTurn(() -> {
            model.close();
            return place;
        });
        beside.close();
    }
}
