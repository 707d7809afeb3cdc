package io.mural.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What native code of TornadoVM and of drivers prints to the process's stdout. It belongs to no result of mural's, so it goes
 * to a log without a name, and mural's own stdout is another descriptor. A call that fails is told there and nowhere else:
 * TornadoVM prints a line and goes on.
 */
public final class NativeOutput {
    private static final int STDOUT = 1;

    /** A driver's call that failed; looking for devices, and pinning the host's memory, may fail. */
    private static final Pattern FAULT = Pattern.compile(
            "\\[TornadoVM-[A-Z-]+] ERROR : (?!cuInit|cuDeviceGet|cuMemHost" + "|cuOccupancy|clGet|nvml).*");

    // The process has one stdout, and so one of these.
    private static NativeOutput installed; // null where stdout is as it was

    private final FileChannel log;
    private final Descriptor stdout;
    private final StringBuilder text = new StringBuilder();
    private int scanned;
    private String fault; // the first, null as long as there is none

    private NativeOutput(FileChannel log, Descriptor stdout) {
        this.log = log;
        this.stdout = stdout;
    }

    /** From now on native code prints to the log, and Java to stdout. Called before anything is printed. */
    public static void divert() {
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
            return;
        }
        try {
            var file = Files.createTempFile("mural-driver", ".log");
            var log = FileChannel.open(file, StandardOpenOption.READ);
            var stdout = Descriptor.copyOf(STDOUT);
            Descriptor.divert(STDOUT, file.toString());
            Files.delete(file); // the descriptors keep it until the process ends, however it does
            installed = new NativeOutput(log, stdout);
            System.setOut(new PrintStream(stdout, true, System.out.charset()));
        } catch (IOException e) {
            throw new UncheckedIOException("no log for TornadoVM's driver can be made", e);
        }
    }

    /** Where mural prints. */
    static OutputStream stdout() {
        return installed == null ? new FileOutputStream(FileDescriptor.out) : installed.stdout;
    }

    /** The first call of a driver that failed, as TornadoVM printed it; empty as long as none did. */
    public static Optional<String> fault() {
        return installed == null ? Optional.empty() : installed.firstFault();
    }

    /** All that was printed so far. */
    public static String log() {
        if (installed == null) {
            return "";
        }
        synchronized (installed) {
            installed.read();
            return installed.text.toString();
        }
    }

    private synchronized Optional<String> firstFault() {
        if (fault == null && read()) {
            int end = text.lastIndexOf("\n") + 1;
            var matcher = FAULT.matcher(text.substring(scanned, Math.max(scanned, end)));
            fault = matcher.find() ? matcher.group() : null;
            scanned = Math.max(scanned, end);
        }
        return Optional.ofNullable(fault);
    }

    /** Reads on; whether there was anything. */
    private boolean read() {
        try {
            long left = log.size() - log.position();
            if (left <= 0) {
                return false;
            }
            var bytes = ByteBuffer.allocate((int) Math.min(left, 1 << 20));
            log.read(bytes);
            text.append(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("the log of TornadoVM's driver cannot be read", e);
        }
    }
}
