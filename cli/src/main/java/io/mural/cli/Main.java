package io.mural.cli;

import io.mural.cli.console.Interrupt;
import io.mural.cli.console.NativeOutput;
import io.mural.cli.console.OneLine;
import io.mural.cli.console.Start;
import io.mural.cli.console.Stderr;
import io.mural.cli.tornado.TornadoVm;
import java.io.PrintWriter;

/**
 * Where the program begins. No class outside the JDK and this project is named here, so that one that cannot be loaded is
 * told in a line.
 */
public final class Main {
    private static final int FAILED = 1;

    private Main() {}

    public static void main(String[] args) {
        Stderr.restore();
        var err = new PrintWriter(System.err, true, System.err.charset());
        var interrupt = new Interrupt(Thread.currentThread(), err);
        interrupt.install();
        int code = FAILED;
        try {
            if (TornadoVm.isHere()) {
                NativeOutput.divert();
            }
            code = Mural.run(interrupt, err, args);
        } catch (Throwable e) {
            if (!interrupt.requested()) {
                err.println("mural: " + OneLine.of(Start.failure(e)));
            }
        }
        interrupt.finished();
        System.exit(code);
    }
}
