package io.mural.spark;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/**
 * What a task of this job takes, whatever other stages of the program take: a GPU where executors have any, and else all cores
 * of its executor, because all cores on one picture are faster than pictures side by side.
 */
final class Profile {
    private static final String EXECUTOR_GPUS = "spark.executor.resource.gpu.amount";
    private static final String TASK_GPUS = "spark.task.resource.gpu.amount";

    private Profile() {}

    /** Empty where the settings say it already, or the cluster knows no such thing. */
    static Optional<ResourceProfile> of(SparkConf conf) {
        var master = conf.get("spark.master", "local");
        boolean cluster = master.startsWith("spark:") || master.startsWith("yarn") || master.startsWith("k8s");
        if (!cluster && !master.startsWith("local-cluster")) {
            return Optional.empty();
        }
        int usual = conf.getInt("spark.task.cpus", 1);
        int gpus = conf.getInt(EXECUTOR_GPUS, 0);
        int cores = Math.max(usual, conf.getInt("spark.executor.cores", usual) / Math.max(1, gpus));
        boolean asks = gpus > 0 && !conf.contains(TASK_GPUS);
        if (cores == usual && !asks) {
            return Optional.empty();
        }
        var task = new TaskResourceRequests().cpus(cores);
        if (gpus > 0) {
            task.resource("gpu", 1);
        }
        return Optional.of(new ResourceProfileBuilder().require(task).build());
    }
}
