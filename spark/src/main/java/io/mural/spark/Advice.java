package io.mural.spark;

import io.mural.batch.BatchListener.Totals;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/** What of a cluster's settings does not fit the job, a line for each with what to set. */
final class Advice {
    private static final String HEAP = "spark.executor.memory";
    private static final String BESIDE = "spark.executor.memoryOverhead";
    private static final long MIB = 1 << 20;
    private static final long LEAST_HEAP = 2048;
    private static final long SPARE = 1024;
    /** Spark's own, where nothing is set. */
    private static final double USUAL_FACTOR = 0.1;

    private static final long USUAL_LEAST = 384;

    private Advice() {}

    static List<String> of(SparkConf conf, Totals totals) {
        var master = conf.get("spark.master", "local");
        if (master.startsWith("local") && !master.startsWith("local-cluster")) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        long heap = JavaUtils.byteStringAsMb(conf.get(HEAP, "1g"));
        if (heap < LEAST_HEAP) {
            lines.add(HEAP + " is " + heap + "m: set it to 2g or more");
        }
        long usual = Math.max(
                USUAL_LEAST, (long) (heap * conf.getDouble("spark.executor.memoryOverheadFactor", USUAL_FACTOR)));
        long beside = conf.contains(BESIDE) ? JavaUtils.byteStringAsMb(conf.get(BESIDE)) : usual;
        long needed = Math.ceilDiv(totals.memoryBytes(), MIB) + SPARE;
        if (limitsProcesses(master) && beside < needed) {
            lines.add(BESIDE + " is " + beside + "m, and the largest picture takes "
                    + Math.ceilDiv(totals.memoryBytes(), MIB) + "m beside the heap: set it to " + needed + "m");
        }
        if (conf.getBoolean("spark.speculation", false)) {
            lines.add("spark.speculation is true: a second copy of an hour's work is waste; set it to false");
        }
        return lines;
    }

    /** YARN and Kubernetes end a process that takes more than it asked for. */
    private static boolean limitsProcesses(String master) {
        return master.startsWith("yarn") || master.startsWith("k8s");
    }
}
