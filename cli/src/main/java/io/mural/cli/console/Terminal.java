package io.mural.cli.console;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/** What is known of the terminal behind stderr, asked of the C library: Java tells of stdin and stdout only. */
public final class Terminal {
    private static final int STDERR = 2;
    private static final int USUAL_WIDTH = 80;
    private static final long TIOCGWINSZ_LINUX = 0x5413;
    private static final long TIOCGWINSZ_MAC = 0x40087468;
    /** struct winsize: four shorts, rows and columns first. */
    private static final int WINSIZE_SHORTS = 4;

    /** Back to the start of the line, and erase it. */
    public static final String ERASE_LINE = "\r\u001b[K";

    private Terminal() {}

    /** Whether stderr is a terminal that can erase a line. */
    public static boolean isInteractive() {
        if (windows()) {
            return System.console() != null && System.console().isTerminal();
        }
        var type = System.getenv("TERM");
        return type != null && !type.equals("dumb") && isTerminal(STDERR);
    }

    @SuppressWarnings("restricted") // the manifest enables native access; isatty is called with what it declares
    private static boolean isTerminal(int descriptor) {
        var isatty = function("isatty", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            return (int) isatty.invokeExact(descriptor) == 1;
        } catch (Throwable e) {
            throw unexpected("isatty", e);
        }
    }

    /** Columns of the terminal behind stderr, now. */
    @SuppressWarnings("restricted") // as above
    public static int width() {
        if (windows()) {
            return USUAL_WIDTH;
        }
        var ioctl = function(
                "ioctl",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                Linker.Option.firstVariadicArg(2));
        try (var arena = Arena.ofConfined()) {
            var size = arena.allocate(ValueLayout.JAVA_SHORT, WINSIZE_SHORTS);
            long request = mac() ? TIOCGWINSZ_MAC : TIOCGWINSZ_LINUX;
            int result = (int) ioctl.invokeExact(STDERR, request, size);
            int columns = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 1));
            return result == 0 && columns > 0 ? columns : USUAL_WIDTH;
        } catch (Throwable e) {
            throw unexpected("ioctl", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        return linker.downcallHandle(library.findOrThrow(name), type, options);
    }

    private static RuntimeException unexpected(String function, Throwable e) {
        return switch (e) {
            case RuntimeException fault -> fault;
            case Error fault -> throw fault;
            default -> new IllegalStateException(function + " declares no exception", e);
        };
    }

    private static boolean windows() {
        return system().startsWith("windows");
    }

    private static boolean mac() {
        return system().startsWith("mac");
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }
}
