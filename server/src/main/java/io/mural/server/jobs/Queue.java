package io.mural.server.jobs;

import io.mural.Input;
import io.mural.Order;
import io.mural.Progress;
import io.mural.Request;
import io.mural.Sink;
import io.mural.model.image.TilePyramid;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.tensor.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Jobs in the order they came, made one after the other. What is queued or half done when the server ends, however it
 * ends, goes on when it starts again.
 */
public final class Queue implements AutoCloseable {
    private static final int HUB_EVENTS = 2000;
    private static final long DRAWN_SEEDS = 1L << 32;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Models models;
    private final JobFolder folder;
    private final Limits limits;
    private final int most;
    private final Duration keepAlive;
    private final Hearer hearer;
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final ReentrantLock joining = new ReentrantLock();
    private final EventLog hub = new EventLog(HUB_EVENTS);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mural-timer").factory());
    private final Thread worker;
    private io.mural.Job making; // null while none is made
    private Job running; // null while none is
    private boolean stopping;

    /** Is told what happens to jobs, for logs and metrics. */
    public interface Hearer {
        void submitted(Job job);

        void event(Job job, Progress event);

        void ended(Job job);

        /** Something went wrong inside. */
        void failed(Throwable failure);

        void line(String text);
    }

    /**
     * Loads what is on disk and goes on with it.
     *
     * @param most jobs that may wait
     * @param keepAlive how long an idle model stays open
     */
    public Queue(Models models, JobFolder folder, Limits limits, int most, Duration keepAlive, Hearer hearer) {
        this.models = models;
        this.folder = folder;
        this.limits = limits;
        this.most = most;
        this.keepAlive = keepAlive;
        this.hearer = hearer;
        for (var job : folder.load(hearer::line)) {
            if (job.status() == Job.Status.RUNNING) {
                job.requeue();
            }
            jobs.put(job.id(), job);
        }
        worker = Thread.ofPlatform().name("mural-queue").start(this::work);
    }

    /** Jobs that may wait. */
    public int most() {
        return most;
    }

    /** Held by who looks for the job of a repeated request, so that two of them do not make two. */
    ReentrantLock joining() {
        return joining;
    }

    /** Changes of all jobs. */
    public EventLog hub() {
        return hub;
    }

    public Models models() {
        return models;
    }

    public JobFolder folder() {
        return folder;
    }

    /**
     * Plans a wish and puts it into the queue; what makes it impossible is thrown.
     *
     * @param inputs pictures by the names that the wish has for them
     * @param partials previews of each picture that are kept
     */
    public Job submit(Wish wished, Map<String, Input> inputs, Job.Source source, int partials) {
        requireRoom();
        var wish = wished.seed().isPresent() ? wished : wished.seeded(new SplittableRandom().nextLong(DRAWN_SEEDS));
        requireSeeds(wish);
        var figures = models.plan(wish, wish.request(inputs::get));
        synchronized (this) {
            requireRoom();
            var job = new Job(newId(), wish, figures, source, Instant.now(), nextRank(), partials);
            inputs.forEach((name, picture) -> folder.saveInput(job.id(), name, picture));
            folder.save(job);
            jobs.put(job.id(), job);
            hearer.submitted(job);
            told(job);
            notifyAll();
            return job;
        }
    }

    private static void requireSeeds(Wish wish) {
        long seed = wish.seed().orElseThrow();
        if (seed < 0 || seed > Long.MAX_VALUE - wish.count()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "seed",
                    "seed is not within 0 and " + (Long.MAX_VALUE - wish.count()));
        }
    }

    private synchronized void requireRoom() {
        if (stopping) {
            throw Refusal.later(Refusal.Reason.STOPPING, "the server is stopping; try again when it is back", 10);
        }
        if (queued().size() >= most) {
            int seconds = running == null ? 1 : (int) Math.ceil(running.secondsLeft());
            throw Refusal.later(
                    Refusal.Reason.QUEUE_FULL, "the queue is full with " + most + " jobs; try again later", seconds);
        }
    }

    private String newId() {
        String id;
        do {
            id = STAMP.format(Instant.now()) + "-" + String.format("%06x", new SplittableRandom().nextInt(1 << 24));
        } while (jobs.containsKey(id));
        return id;
    }

    private long nextRank() {
        return 1 + jobs.values().stream().mapToLong(Job::rank).max().orElse(0);
    }

    /** Waiting jobs, the next first. */
    public synchronized List<Job> queued() {
        return jobs.values().stream()
                .filter(job -> job.status() == Job.Status.QUEUED)
                .sorted(Comparator.comparingLong(Job::rank))
                .toList();
    }

    /** All jobs, newest first. */
    public synchronized List<Job> all() {
        List<Job> all = new ArrayList<>(jobs.values());
        return all.reversed();
    }

    public synchronized Optional<Job> running() {
        return Optional.ofNullable(running);
    }

    public synchronized Optional<Job> find(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** A message without places on the server's disk. */
    public String hide(String message) {
        return folder.hide(models.catalog().hide(message));
    }

    /** A job's JSON, with its place in the queue. */
    public synchronized Map<String, Object> toJson(Job job) {
        return job.toJson(1 + queued().indexOf(job));
    }

    /** Cancels a job that waits or runs. */
    public synchronized void cancel(Job job) {
        switch (job.status()) {
            case QUEUED -> end(job, Job.Status.CANCELLED, Optional.empty());
            case RUNNING -> {
                job.wantCancel();
                if (making != null) {
                    making.cancel();
                }
            }
            case DONE, FAILED, CANCELLED -> {}
        }
    }

    /** Removes a job that is over, and its files. */
    public synchronized void delete(Job job) {
        jobs.remove(job.id());
        folder.delete(job.id());
        hub.add("removed", Map.of("id", job.id()));
    }

    /** Moves a waiting job; 0 is the first place. */
    public synchronized void move(Job job, int position) {
        List<Job> order = new ArrayList<>(queued());
        if (!order.remove(job)) {
            throw new Refusal(Refusal.Reason.INVALID_VALUE, "the job does not wait, so it has no place to change");
        }
        order.add(Math.clamp(position, 0, order.size()), job);
        long rank = order.stream().mapToLong(Job::rank).min().orElse(0);
        for (var each : order) {
            each.rank(rank++);
            folder.save(each);
            told(each);
        }
    }

    /** An answer that waited has lost its client: the job is cancelled if nobody comes for it. */
    public void abandoned(Job job) {
        var unused = timer.schedule(
                () -> {
                    if (job.isAbandoned()) {
                        cancel(job);
                    }
                },
                limits.gone().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void told(Job job) {
        hub.add("job", toJson(job));
    }

    private void work() {
        while (true) {
            Job job;
            synchronized (this) {
                job = next();
                if (job == null) {
                    return;
                }
                running = job;
            }
            make(job);
            synchronized (this) {
                running = null;
                making = null;
                notifyAll();
            }
        }
    }

    /** Waits for the next job; null when the server stops. Closes an idle model meanwhile. */
    private Job next() {
        long idle = System.nanoTime();
        while (!stopping) {
            var queued = queued();
            if (!queued.isEmpty()) {
                return queued.getFirst();
            }
            try {
                boolean open = models.loaded().isPresent();
                long left = keepAlive.toMillis() - (System.nanoTime() - idle) / 1_000_000;
                if (open && left <= 0) {
                    models.closeComputing();
                } else {
                    wait(open ? left : 0);
                }
            } catch (InterruptedException e) {
                // Only stop() ends the worker; it sets what the loop asks for.
                idle = System.nanoTime();
            }
        }
        return null;
    }

    private void make(Job job) {
        try {
            List<Integer> numbers = new ArrayList<>();
            for (int number = 1; number <= job.wish().count(); number++) {
                if (!Files.exists(folder.picture(job.id(), number))) {
                    numbers.add(number);
                }
            }
            job.begin(job.wish().count() - numbers.size());
            folder.save(job);
            folder.makeFolder(job.id());
            told(job);
            if (!numbers.isEmpty()) {
                pictures(job, numbers);
            }
            end(job, Job.Status.DONE, Optional.empty());
        } catch (io.mural.CancelledException e) {
            stopped(job);
        } catch (InputException e) {
            var refusal = Refusal.of(Refusal.Reason.INVALID_VALUE, e);
            fail(job, refusal.reason().code(), refusal.param(), hide(refusal.getMessage()));
        } catch (Refusal e) {
            fail(job, e.reason().code(), e.param(), e.getMessage());
        } catch (InterruptedException e) {
            stopped(job);
        } catch (RuntimeException | Error e) {
            hearer.failed(e);
            fail(
                    job,
                    Refusal.Reason.FAILED.code(),
                    Optional.empty(),
                    "the picture could not be made; the log says why");
        }
    }

    /** Cancelled, or broken off because the server stops: then it goes on at the next start. */
    private void stopped(Job job) {
        if (job.cancelWanted()) {
            folder.removeUnfinished(job.id());
            end(job, Job.Status.CANCELLED, Optional.empty());
        } else {
            job.requeue();
            folder.save(job);
        }
    }

    private void fail(Job job, String code, Optional<String> param, String message) {
        end(job, Job.Status.FAILED, Optional.of(new Job.Failure(code, param, message)));
    }

    private void end(Job job, Job.Status how, Optional<Job.Failure> why) {
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("status", how.word());
        end.put("error", why.map(Job.Failure::message).orElse(null));
        // Whoever sees that the job is over finds its last event, too.
        synchronized (job) {
            job.end(how, why);
            try {
                folder.save(job);
            } catch (RuntimeException e) {
                // A full disk, say: the queue goes on, and after a restart the job is looked at again.
                hearer.failed(e);
            }
            job.events().add("end", end);
        }
        hearer.ended(job);
        told(job);
    }

    private void pictures(Job job, List<Integer> numbers) throws InterruptedException {
        Function<String, Input> inputs = name -> folder.input(job.id(), name);
        var request = job.wish().request(inputs);
        long seed = job.wish().seed().orElseThrow();
        List<Order> orders = new ArrayList<>();
        for (int number : numbers) {
            Request one = request.change().seed(seed + number - 1).build();
            orders.add(new Order(one, sink(job, folder.picture(job.id(), number))));
        }
        var listener = new Listener(job, numbers);
        var mural = models.computing(job.wish());
        io.mural.Job made;
        synchronized (this) {
            if (stopping || job.cancelWanted()) {
                throw new InterruptedException();
            }
            made = mural.submit(orders, listener::hear);
            making = made;
        }
        made.pictures();
    }

    /** Pictures larger than a tile are cut while their rows come, so that they can be looked at before they are done. */
    private static Sink sink(Job job, Path picture) {
        var sink = Sink.png(picture).resume().forOthers();
        boolean large = Math.max(job.figures().width(), job.figures().height()) > TilePyramid.TILE;
        return large ? sink.tiles(JobFolder.tiles(picture)) : sink;
    }

    /** Hears a job's progress on the thread that computes. */
    private final class Listener {
        private static final long PREVIEW_NANOS = 300_000_000L;

        private final Job job;
        private final List<Integer> numbers;
        private int number;
        private long begun;
        private long lastPreview;

        Listener(Job job, List<Integer> numbers) {
            this.job = job;
            this.numbers = numbers;
        }

        void hear(Progress event) {
            if (event instanceof Progress.Begun each) {
                number = numbers.get(each.picture() - 1);
                begun = System.nanoTime();
            }
            synchronized (job) {
                job.advance().hear(event, number);
            }
            hearer.event(job, event);
            switch (event) {
                case Progress.Preview preview -> preview(preview);
                case Progress.Done _ -> done();
                case Progress.Step _ -> {
                    job.events().add(event.event(), fields(event));
                    hub.add("progress", Map.of("id", job.id(), "progress", job.progress()));
                }
                default -> job.events().add(event.event(), fields(event));
            }
        }

        private void preview(Progress.Preview preview) {
            int steps = job.figures()
                    .passes()
                    .get(Math.min(preview.level(), job.figures().passes().size() - 1))
                    .steps();
            boolean partial = job.wantsPartial(number, preview.step(), steps);
            long now = System.nanoTime();
            if (!partial && now - lastPreview < PREVIEW_NANOS) {
                return;
            }
            lastPreview = now;
            var image = preview.image().get();
            job.preview(image, preview.step());
            if (partial) {
                job.partial(number, image);
            }
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("id", job.id());
            data.put("url", "/mural/v1/jobs/" + job.id() + "/preview.jpg?step=" + preview.step());
            data.put("picture", number);
            data.put("step", preview.step());
            job.events().add("preview", data);
            hub.add("preview", data);
        }

        private void done() {
            models.took(job.wish().model(), job.figures().flops(), (System.nanoTime() - begun) / 1e9);
            job.pictureDone();
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("picture", number);
            data.put("pictures", job.wish().count());
            data.put("url", "/mural/v1/jobs/" + job.id() + "/pictures/" + number + ".png");
            data.put("seed", job.wish().seed().orElseThrow() + number - 1);
            data.put("seconds", Math.round((System.nanoTime() - begun) / 1e6) / 1000.0);
            job.events().add("done", data);
            told(job);
        }

        private Map<String, Object> fields(Progress event) {
            Map<String, Object> fields = new LinkedHashMap<>(event.fields());
            fields.computeIfPresent("picture", (key, before) -> number);
            fields.computeIfPresent("pictures", (key, before) -> job.wish().count());
            fields.computeIfPresent("text", (key, text) -> hide(text.toString()));
            return fields;
        }
    }

    /** Opens a model's files now instead of at its first job; refused while another is at work. */
    public synchronized void load(String model) {
        requireIdle();
        models.computing(Wish.of(model).build());
    }

    /** Closes the open model. */
    public synchronized void unload() {
        requireIdle();
        models.closeComputing();
    }

    private void requireIdle() {
        if (running != null) {
            throw Refusal.later(Refusal.Reason.QUEUE_FULL, "a picture is being made; its model is in use", (int)
                    Math.ceil(running.secondsLeft()));
        }
    }

    public synchronized boolean isStopping() {
        return stopping;
    }

    /** Takes no more jobs and waits for the running one, at most {@code grace}; then it is broken off to go on later. */
    public void stop(Duration grace) throws InterruptedException {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        if (!grace.isZero()) {
            worker.join(grace);
        }
        synchronized (this) {
            if (making != null) {
                making.cancel();
            }
        }
        worker.join();
        timer.shutdownNow();
        models.close();
    }

    @Override
    public void close() {
        try {
            stop(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
