package io.mural.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.spark.sql.SparkSession;

/** Two executors, each a JVM with a core and a GPU that a script pretends to have found. */
final class Cluster {
    static final Path MODEL =
            Path.of("..", "models", "mural-nano").toAbsolutePath().normalize();
    /** Of the pretended GPU; unlike what anybody would guess. */
    static final String ADDRESS = "7";

    private Cluster() {}

    /** @param folder for Spark's files */
    static SparkSession start(Path folder) throws IOException {
        // Spark looks for its jars there; executors have the class path of this JVM.
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        var script = Files.writeString(
                folder.resolve("gpus.sh"),
                "#!/bin/sh\necho '{\"name\":\"gpu\",\"addresses\":[\"" + ADDRESS + "\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var builder = SparkSession.builder();
        Batch.USUAL.forEach(builder::config);
        return builder.master("local-cluster[2,1,1024]")
                .config("spark.executor.memory", "1g")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config(
                        "spark.executor.extraJavaOptions",
                        "--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC")
                .config("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"))
                .config("spark.worker.resource.gpu.amount", 1)
                .config("spark.worker.resource.gpu.discoveryScript", script.toString())
                .config("spark.executor.resource.gpu.amount", 1)
                .config("spark.hadoop.fs.pretended.impl", PretendedFiles.class.getName())
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.local.dir", folder.resolve("local").toString())
                .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                .getOrCreate();
    }
}
