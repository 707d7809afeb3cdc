package io.mural.bench;

import java.nio.file.Path;
import java.util.Collection;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the JMH benchmarks and appends what they say, with the processor's limits measured before and after, to
 * {@code bench/results/kernels.jsonl}.
 *
 * <p>{@code RunKernels [THREADS [REGEX]]}
 */
public final class RunKernels {
    private RunKernels() {}

    public static void main(String[] args) throws RunnerException {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        var options = new OptionsBuilder()
                .include(args.length > 1 ? args[1] : KernelBenchmarks.class.getName())
                .param("threads", Integer.toString(threads))
                .build();
        var before = Roofline.measure(threads);
        Collection<RunResult> runs = new Runner(options).run();
        var after = Roofline.measure(threads);
        var roofline = new Roofline(
                Math.max(before.gflops(), after.gflops()), Math.max(before.gigabytes(), after.gigabytes()));
        var results = new Results(Path.of("bench", "results", "kernels.jsonl"));
        var run = Results.newRun();
        for (var result : runs) {
            var work = Work.parse(result.getParams().getParam("work"));
            var seconds = result.getBenchmarkResults().stream()
                    .flatMap(fork -> fork.getIterationResults().stream())
                    .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                    .toArray();
            results.append(run, work, "mural", threads, "wall", Timing.of(seconds), roofline);
        }
        Table.print(results.read(), run);
    }
}
