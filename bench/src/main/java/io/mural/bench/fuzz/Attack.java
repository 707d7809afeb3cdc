package io.mural.bench.fuzz;

import com.sun.management.ThreadMXBean;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32;

/**
 * Inputs for one target, each a damaged form of one before. Those that were answered as none before, by another message or
 * from another place, are damaged further. The same seed gives the same inputs.
 */
final class Attack {
    private static final int MOST_KEPT = 3000;
    private static final int FRAMES = 3;
    /** Of a message, letters that tell answers apart. */
    private static final int BEGINNING = 60;

    private final Target target;
    private final Path folder;
    private final Path faults;
    private final Random random;
    private final Mutator mutator;
    private final List<byte[]> corpus;
    private final Set<String> answers = new HashSet<>();
    private final Tally tally = new Tally();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * @param folder for files that the target reads
     * @param faults where inputs are kept that were answered by a fault
     */
    Attack(Target target, Path folder, Path faults, long seed) {
        this.target = target;
        this.folder = folder;
        this.faults = faults;
        random = new Random(seed);
        mutator = new Mutator(seed);
        corpus = new ArrayList<>(target.seeds());
    }

    Target target() {
        return target;
    }

    Tally tally() {
        return tally;
    }

    /** A line for each kind of fault. */
    List<String> faults() {
        return List.copyOf(said);
    }

    /** Reads an input as it is; what refuses it is thrown. */
    void whole(byte... data) {
        try {
            target.reader().read(data, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void run(int executions) {
        for (int i = 0; i < executions; i++) {
            var data = mutator.of(any(), any(), target.form());
            var answer = answer(data);
            if (answers.add(answer) && corpus.size() < MOST_KEPT) {
                corpus.add(data);
            }
        }
    }

    private byte[] any() {
        return corpus.get(random.nextInt(corpus.size()));
    }

    /** What an input is answered by, without the numbers in it. */
    private String answer(byte[] data) {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        // Of the processor: others may have it meanwhile.
        long start = threads.getCurrentThreadCpuTime();
        try {
            target.reader().read(data, folder);
            tally.read();
            return "read";
        } catch (InputException e) {
            tally.refused();
            return kind(e);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder for inputs fails", e);
        } catch (RuntimeException | Error e) {
            tally.fault();
            var kind = kind(e);
            if (!answers.contains(kind)) {
                said.add(target.name() + ": " + e + " at " + place(e) + ", input " + keep(data));
            }
            return kind;
        } finally {
            tally.took(threads.getCurrentThreadAllocatedBytes() - bytes, threads.getCurrentThreadCpuTime() - start);
        }
    }

    private static String kind(Throwable e) {
        return e.getClass().getName() + place(e) + withoutNumbers(String.valueOf(e.getMessage()));
    }

    /** The beginning of a message; a loop, because every refused input comes by here. */
    private static String withoutNumbers(String message) {
        var text = new StringBuilder(BEGINNING);
        for (int i = 0; i < message.length() && text.length() < BEGINNING; i++) {
            char letter = message.charAt(i);
            boolean digit = letter >= '0' && letter <= '9';
            if (!digit) {
                text.append(letter);
            } else if (text.isEmpty() || text.charAt(text.length() - 1) != '#') {
                text.append('#');
            }
        }
        return text.toString();
    }

    private static String place(Throwable e) {
        var place = new StringBuilder();
        var trace = e.getStackTrace();
        for (int i = 0; i < Math.min(FRAMES, trace.length); i++) {
            place.append(' ').append(trace[i].getClassName()).append(':').append(trace[i].getLineNumber());
        }
        return place.toString();
    }

    private Path keep(byte[] data) {
        var crc = new CRC32();
        crc.update(data);
        var file = faults.resolve(target.name().replaceAll("[^a-zA-Z0-9]+", "-") + "-"
                + HexFormat.of().toHexDigits((int) crc.getValue()));
        try {
            Files.createDirectories(faults);
            Files.write(file, data);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
