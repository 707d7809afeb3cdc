package io.mural.spark;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The desks of this executor's JVM, one for each device, so that a device makes one picture at a time and a model is opened
 * once. Those of an earlier job are closed when the next one begins, all of them when the JVM ends.
 */
final class Desks {
    private static final Desks HERE = new Desks();

    private final Map<String, Desk> open = new HashMap<>(); // by device
    private final Set<String> taken = new HashSet<>(); // devices
    private String job = ""; // whose desks are open

    private Desks() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "mural-desks"));
    }

    /** A desk for the rest of a task; it waits for one while all are taken. */
    static Desk take(Settings settings, Configuration hadoop, TaskContext task) {
        try {
            var desk = HERE.desk(settings, hadoop, TaskDevices.of(settings.device(), task));
            task.addTaskCompletionListener((TaskCompletionListener) ended -> HERE.leave(desk));
            return desk;
        } catch (InputException | IOException e) {
            throw new NotHere(e.getMessage(), e);
        }
    }

    private synchronized Desk desk(Settings settings, Configuration hadoop, List<String> devices) throws IOException {
        var device = free(devices);
        if (!settings.id().equals(job)) {
            closeFree();
            job = settings.id();
        }
        var desk = open.get(device);
        if (desk == null) {
            desk = new Desk(settings, hadoop, device, SparkEnv.get().executorId());
            open.put(device, desk);
        }
        taken.add(device);
        return desk;
    }

    private String free(List<String> devices) {
        try {
            while (true) {
                for (var device : devices) {
                    if (!taken.contains(device)) {
                        return device;
                    }
                }
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotHere("interrupted while all devices were taken", e);
        }
    }

    private synchronized void leave(Desk desk) {
        taken.remove(desk.device());
        if (open.get(desk.device()) != desk) { // of an earlier job
            desk.close();
        }
        notifyAll();
    }

    private void closeFree() {
        for (var device : new ArrayList<>(open.keySet())) {
            var desk = open.remove(device);
            if (!taken.contains(device)) {
                desk.close();
            }
        }
    }

    private synchronized void close() {
        closeFree();
    }
}
