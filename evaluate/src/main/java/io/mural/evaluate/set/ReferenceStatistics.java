package io.mural.evaluate.set;

import io.mural.evaluate.measure.Frechet;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a reference set, in one safetensors file: {@code features} [n, 2048] float32, {@code mean} and {@code
 * covariance} float64, and the same with {@code patch.} before it for patches, whose rows are too many to keep. All that
 * changes a number stands in the header, and a file that was made otherwise is refused.
 *
 * @param whole of whole pictures, where they were asked for
 * @param patches of patches, where they were asked for
 * @param made what the numbers depend on
 */
record ReferenceStatistics(Optional<Sample> whole, Optional<Sample> patches, Map<String, String> made) {
    private static final String PATCH = "patch.";
    private static final String COUNT = "count";

    /**
     * One kind of rows.
     *
     * @param features the rows themselves, [rows, columns], where they are kept
     */
    record Sample(Frechet.Stored moments, Optional<float[]> features, long rows) {
        /** Of rows, which are kept if there are not too many and {@code keep} says so. */
        static Sample of(FeatureRows rows, boolean keep) {
            return new Sample(
                    rows.stored(),
                    keep && rows.complete() ? Optional.of(rows.values()) : Optional.empty(),
                    rows.rows());
        }

        int columns() {
            return moments.features();
        }

        Frechet.Side side() {
            return features.isPresent() && rows < columns() ? Frechet.Rows.of(features.get(), columns()) : moments;
        }
    }

    void write(Path file) {
        var writer = new SafetensorsWriter();
        made.forEach(writer::metadata);
        whole.ifPresent(sample -> add(writer, "", sample));
        patches.ifPresent(sample -> add(writer, PATCH, sample));
        writer.write(file);
    }

    private static void add(SafetensorsWriter writer, String prefix, Sample sample) {
        int columns = sample.columns();
        writer.metadata(prefix + COUNT, Long.toString(sample.rows()));
        sample.features()
                .ifPresent(values ->
                        writer.add(prefix + "features", new long[] {values.length / columns, columns}, values));
        writer.add(
                prefix + "mean",
                DType.F64,
                new long[] {columns},
                bytes(sample.moments().mean()));
        writer.add(
                prefix + "covariance",
                DType.F64,
                new long[] {columns, columns},
                bytes(sample.moments().covariance()));
    }

    private static MemorySegment bytes(double[] values) {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, 8)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return MemorySegment.ofBuffer(bytes);
    }

    /** The statistics of a file; {@link InputException} when it holds others. */
    static ReferenceStatistics read(Path file) {
        try (var checkpoint = Checkpoint.open(file)) {
            var whole = sample(checkpoint, "");
            var patches = sample(checkpoint, PATCH);
            if (whole.isEmpty() && patches.isEmpty()) {
                throw new InputException(file
                        + " holds no statistics of pictures (mean, covariance); write them with mural evaluate first");
            }
            return new ReferenceStatistics(whole, patches, new LinkedHashMap<>(checkpoint.metadata()));
        }
    }

    private static Optional<Sample> sample(Checkpoint checkpoint, String prefix) {
        if (!checkpoint.tensors().containsKey(prefix + "mean")) {
            return Optional.empty();
        }
        var moments =
                new Frechet.Stored(checkpoint.doubles(prefix + "mean"), checkpoint.doubles(prefix + "covariance"));
        Optional<float[]> features = checkpoint.tensors().containsKey(prefix + "features")
                ? Optional.of(checkpoint.floats(prefix + "features"))
                : Optional.empty();
        var count = checkpoint.metadata().get(prefix + COUNT);
        long rows = features.map(values -> (long) values.length / moments.features())
                .orElseGet(() -> count != null && count.matches("\\d{1,12}") ? Long.parseLong(count) : 0L);
        return Optional.of(new Sample(moments, features, rows));
    }

    /** Refuses statistics that lack what a metric compares with. */
    void requireFor(Metric metric, Path file) {
        if (metric.ofPatches() && patches.isEmpty()) {
            throw new InputException(
                    file + ": these statistics hold no patches; make them with the metric " + metric.word());
        }
        if (metric.ofWholePictures() && whole.isEmpty()) {
            throw new InputException(
                    file + ": these statistics are of patches alone; make them with the metric " + metric.word());
        }
        if ((metric == Metric.KID || metric == Metric.PRECISION_RECALL)
                && whole.orElseThrow().features().isEmpty()) {
            throw noFeatures(metric);
        }
    }

    static InputException noFeatures(Metric metric) {
        return new InputException(metric.word() + " takes the features of the reference set themselves, which its"
                + " statistics do not hold; name the folder of pictures");
    }

    /** Refuses statistics that were made with other weights or another resizer than {@code wanted}. */
    void require(Path file, Map<String, String> wanted) {
        wanted.forEach((key, value) -> {
            var found = made.get(key);
            if (found != null && !found.equals(value)) {
                throw new InputException(file + " was made with " + key + " " + found + ", but here it is " + value
                        + "; figures of the two cannot be compared");
            }
        });
    }
}
