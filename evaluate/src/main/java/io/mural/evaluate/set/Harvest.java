package io.mural.evaluate.set;

import io.mural.model.image.PictureRows;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32;

/** Takes the numbers of all extractors from pictures, each picture in one pass, and none twice. */
final class Harvest implements AutoCloseable {
    private final Ops ops;
    private final Optional<byte[]> background;
    private final Progress progress;
    private final Map<Extractor, Optional<FeatureFile>> extractors = new LinkedHashMap<>();

    /**
     * @param cache the folder to keep numbers in, if any
     * @param background behind transparent pictures
     */
    Harvest(Ops ops, List<Extractor> extractors, Optional<Path> cache, Optional<byte[]> background, Progress progress) {
        this.ops = ops;
        this.background = background;
        this.progress = progress;
        for (var extractor : extractors) {
            this.extractors.put(extractor, cache.map(folder -> FeatureFile.open(folder.resolve(fileName(extractor)))));
        }
    }

    private static String fileName(Extractor extractor) {
        var crc = new CRC32();
        crc.update(extractor.key().getBytes(StandardCharsets.UTF_8));
        return extractor.name() + "-" + String.format("%08x", crc.getValue()) + ".features";
    }

    /** Takes what a picture gives. */
    interface Taker {
        /** @param values of each extractor, [rows, columns] */
        void take(Picture picture, Map<Extractor, float[]> values);
    }

    /** Gives the numbers of every picture to {@code taker}, in order. */
    void run(String what, List<Picture> pictures, Taker taker) {
        long start = System.nanoTime();
        int computed = 0;
        for (int i = 0; i < pictures.size(); i++) {
            if (Thread.interrupted()) {
                throw new CancellationException("cancelled at picture " + (i + 1) + " of " + pictures.size());
            }
            var values = kept(pictures.get(i));
            boolean missing = values.size() < extractors.size();
            if (missing) {
                compute(pictures.get(i), values);
                computed++;
            }
            taker.take(pictures.get(i), values);
            double seconds = (System.nanoTime() - start) / 1e9;
            progress.pictures(what, i + 1, pictures.size(), computed, seconds);
        }
    }

    private Map<Extractor, float[]> kept(Picture picture) {
        Map<Extractor, float[]> values = new LinkedHashMap<>();
        extractors.forEach((extractor, file) ->
                file.flatMap(kept -> kept.get(picture)).ifPresent(found -> values.put(extractor, found)));
        return values;
    }

    private void compute(Picture picture, Map<Extractor, float[]> values) {
        try (var rows = PictureRows.open(picture.path(), background)) {
            Map<Extractor, Extractor.Pass> passes = new LinkedHashMap<>();
            for (var extractor : extractors.keySet()) {
                if (!values.containsKey(extractor)) {
                    passes.put(extractor, extractor.begin(rows.width(), rows.height()));
                }
            }
            var line = new byte[rows.width() * 3];
            for (int y = 0; y < rows.height(); y++) {
                rows.read(line);
                passes.values().forEach(pass -> pass.row(line, 0));
            }
            passes.forEach((extractor, pass) -> {
                var found = pass.finish(ops);
                requireNumbers(picture, extractor, found);
                extractors.get(extractor).ifPresent(file -> file.put(picture, found));
                values.put(extractor, found);
            });
        } catch (InputException e) {
            throw e.getMessage().contains(picture.path().toString())
                    ? e
                    : new InputException(picture.path() + ": " + e.getMessage(), e);
        }
    }

    private static void requireNumbers(Picture picture, Extractor extractor, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new InputException(picture.path() + ": " + extractor.name() + " gives a value that is no number;"
                        + " are the weights whole?");
            }
        }
    }

    @Override
    public void close() {
        List<RuntimeException> failures = new ArrayList<>();
        extractors
                .values()
                .forEach(file -> file.ifPresent(kept -> {
                    try {
                        kept.close();
                    } catch (InputException e) {
                        failures.add(e);
                    }
                }));
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
