package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.tornado.InstalledSdk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The same classes, with the emulator on the class path, in TornadoVM's JVM and in this one. */
class RealThingTest {
    /** Adds two arrays in two graphs, the second of which takes the sum from the device. */
    public static final class Program {
        private Program() {}

        static void add(KernelContext context, FloatArray a, FloatArray b, FloatArray c) {
            int i = context.globalIdx;
            c.set(i, a.get(i) + b.get(i));
        }

        public static void main(String[] args) throws Exception {
            System.out.println(TaskGraph.class.getModule());
            for (var line : run()) {
                System.out.println(line);
            }
        }

        static List<String> run() throws Exception {
            var context = new KernelContext();
            var a = FloatArray.fromElements(1, 2, 3, 4);
            var b = FloatArray.fromElements(10, 20, 30, 40);
            var sum = new FloatArray(4);
            var twice = new FloatArray(4);
            var first = new TaskGraph("first")
                    .transferToDevice(DataTransferMode.FIRST_EXECUTION, a)
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, b)
                    .task("add", Program::add, context, a, b, sum)
                    .persistOnDevice(sum);
            var second = new TaskGraph("second")
                    .consumeFromDevice("first", sum)
                    .task("add", Program::add, context, sum, sum, twice)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, twice);
            var grid = new GridScheduler("first.add", new WorkerGrid1D(4));
            grid.addWorkerGrid("second.add", new WorkerGrid1D(4));
            try (var plan = new TornadoExecutionPlan(first.snapshot(), second.snapshot())) {
                plan.withGridScheduler(grid).withProfiler(ProfilerMode.SILENT);
                List<String> lines = new ArrayList<>();
                for (int round = 0; round < 2; round++) {
                    lines.add("first: " + traffic(plan.withGraph(0).execute()));
                    lines.add("second: " + traffic(plan.withGraph(1).execute()));
                    lines.add(Arrays.toString(twice.toHeapArray()) + " " + Arrays.toString(sum.toHeapArray()));
                    a.set(0, 1000);
                    b.set(0, 100);
                }
                return lines;
            }
        }
    }

    private static String traffic(TornadoExecutionResult result) {
        var profile = result.getProfilerResult();
        return profile.getTotalBytesCopyIn() + " in, " + profile.getTotalBytesCopyOut() + " out";
    }

    @Test
    void tornadoVmIsUsedWhereItIsAndDoesWhatTheEmulatorDoes() throws Exception {
        var lines = runThere();
        assertThat(lines).first().isEqualTo("module tornado.api");
        assertThat(lines.subList(1, lines.size())).isEqualTo(Program.run());
    }

    private static List<String> runThere() throws IOException, InterruptedException {
        var process = InstalledSdk.process(Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines().toList();
    }
}
