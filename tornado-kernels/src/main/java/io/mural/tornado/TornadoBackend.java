package io.mural.tornado;

import io.mural.tensor.Backend;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.Ops;
import io.mural.tensor.WeightStorage;
import io.mural.tensor.Workspace;
import io.mural.tornado.device.AttentionUse;
import io.mural.tornado.device.Driver;
import io.mural.tornado.device.LibraryUse;
import io.mural.tornado.device.Settings;
import io.mural.tornado.device.Storage;
import io.mural.tornado.kernels.CuBlasTasks;
import io.mural.tornado.kernels.CuDnnTasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Devices of TornadoVM, {@code tornado:opencl:0} and so on. */
public final class TornadoBackend implements Backend {
    /** Weights stay where they leave a quarter of a device's memory to activations. */
    private static final double WEIGHTS_SHARE = 0.75;

    /** Activations cannot have more: weights that travel, parameters and the driver need some. */
    private static final double ACTIVATIONS_SHARE = 0.9;

    /** Elements of the arrays that cuDNN sees, 32 MiB each: room for what keeps a GPU busy. */
    private static final int STAGING = 1 << 24;

    /**
     * Elements of the arrays that cuBLAS sees, at most: with 2^27, 256 MiB, products of FLUX's size are made whole, and a weight
     * is copied once and not for each part of the rows. Devices with little memory have less.
     */
    private static final int MOST_STAGING = 1 << 27;

    private static final int STAGING_ARRAYS = 3;
    private static final int STAGING_SHARE = 64;

    /** Multiply-adds that a GPU does while it starts a kernel or two; cuBLAS comes with three more. */
    private static final long MEASURED = 1 << 24;

    /** The same for attention, which comes with eight more by cuDNN. */
    private static final long MEASURED_ATTENTION = 1 << 27;

    private static final String DRIVERS = "tornado.drivers.";

    /** The stand-in for TornadoVM, where there is no SDK; it has no number, so that nothing shorter means it. */
    private static final String EMULATOR = "tornado:emulator";

    /** What was found out about devices, so that the next picture's operations need not do it again. */
    private final Map<String, Map<LibraryUse.Size, Boolean>> measured = new ConcurrentHashMap<>();

    private final Map<String, Map<AttentionUse.Shape, Boolean>> measuredAttention = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** A device under the name that chooses it. */
    private record Named(String name, TornadoDevice device) {}

    @Override
    public String name() {
        return "tornado";
    }

    @Override
    public Availability availability() {
        try {
            var found = devices();
            if (found.isEmpty()) {
                return new Availability.Absent(noDevice());
            }
            return new Availability.Available(found.stream()
                    .map(named -> new Device(named.name(), describe(named.device())))
                    .toList());
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Absent(noDevice() + words(innermost(e)));
        }
    }

    /** TornadoVM looks for devices when its classes are initialized, so what failed is wrapped, and more than once. */
    private static Throwable innermost(Throwable e) {
        return e.getCause() == null ? e : innermost(e.getCause());
    }

    /** What is missing, for the drivers that TornadoVM's JVM was started with. */
    private static String noDevice() {
        var modules = ModuleLayer.boot();
        var missing = new ArrayList<String>();
        if (modules.findModule(DRIVERS + "cuda").isPresent()
                || modules.findModule(DRIVERS + "ptx").isPresent()) {
            missing.add("NVIDIA's driver with a card that nvidia-smi lists");
        }
        if (modules.findModule(DRIVERS + "opencl").isPresent() || missing.isEmpty()) {
            missing.add("the GPU's driver for OpenCL, or for OpenCL on the processor PoCL, such as with 'apt install"
                    + " pocl-opencl-icd'");
        }
        return "TornadoVM finds no device: install " + String.join(", or ", missing);
    }

    /** Its message, unless it says no more than that there is no device; TornadoVM adds what it would do then, and mural does not. */
    private static String words(Throwable e) {
        var text = e.toString()
                .replaceAll("\u001B\\[\\d*m", "")
                .replaceFirst("^[\\w.]*TornadoBailout\\w*: ", "")
                .replaceFirst("^\\[WARNING] ", "")
                .replaceFirst("\\s*Deoptimizing to sequential execution\\.?", "")
                .strip()
                .replaceFirst("\\.$", "");
        return text.contains("platforms found") ? "" : "; TornadoVM says: " + text;
    }

    private static String describe(TornadoDevice device) {
        var backend = device.getTornadoVMBackend();
        var name = backend == TornadoVMBackendType.JAVA
                ? device.getDescription()
                : "%s (%s, %s)".formatted(device.getPhysicalDevice().getDeviceName(), backend, device.getDeviceType());
        var formats = Stream.of("float32", hasHalf(device) ? "float16" : "", hasBfloat(device) ? "bfloat16" : "")
                .filter(format -> !format.isEmpty())
                .collect(Collectors.joining(", "));
        return "%s: %.1f GiB, %s; keeps weights in %s"
                .formatted(name, (double) device.getMaxGlobalMemory() / (1 << 30), formats, format(storage(device)));
    }

    private static String format(Storage storage) {
        return switch (storage) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
        };
    }

    /** OpenCL devices tell; everything that runs PTX or CUDA has it, and so has Java. */
    private static boolean hasHalf(TornadoDevice device) {
        return device.getTornadoVMBackend() != TornadoVMBackendType.OPENCL
                || device.getPhysicalDevice().getDeviceInfo().contains("cl_khr_fp16");
    }

    private static boolean hasBfloat(TornadoDevice device) {
        var backend = device.getTornadoVMBackend();
        return backend == TornadoVMBackendType.CUDA || backend == TornadoVMBackendType.JAVA;
    }

    private static List<Named> devices() {
        var runtime = TornadoRuntimeProvider.getTornadoRuntime();
        var found = new ArrayList<Named>();
        for (int i = 0; i < runtime.getNumBackends(); i++) {
            var backend = runtime.getBackend(i);
            var kind = backend.getBackendType().toString().toLowerCase(Locale.ROOT);
            for (int j = 0; j < backend.getNumDevices(); j++) {
                var name = kind.equals("java") ? EMULATOR : "tornado:" + kind + ":" + j;
                found.add(new Named(name, backend.getDevice(j)));
            }
        }
        return found;
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace) {
        return open(device, threads, workspace, GemmChoice.MEASURED);
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace, GemmChoice gemm) {
        return open(device, threads, workspace, gemm, WeightStorage.USUAL);
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace, GemmChoice gemm, WeightStorage kept) {
        var chosen = find(device);
        boolean cuda = chosen.getTornadoVMBackend() == TornadoVMBackendType.CUDA;
        var driver = new Driver(device, cuda, cuda);
        var storage = storage(chosen, kept);
        var products = kept == WeightStorage.F32 ? GemmChoice.JAVA : gemm; // libraries take 16 bits
        var library = library(device, products);
        long staging =
                library instanceof LibraryUse.CuBlas use ? (long) STAGING_ARRAYS * Short.BYTES * use.staging() : 0;
        long weights = (long) (chosen.getMaxGlobalMemory() * WEIGHTS_SHARE) - staging;
        var settings = new Settings(driver, storage, weights, false, library, attention(device, products), told);
        return new TornadoOps(chosen, settings, workspace);
    }

    @Override
    public Optional<String> noStorage(String device) {
        return Optional.empty();
    }

    @Override
    public OptionalLong memory(String device) {
        return OptionalLong.of((long) (find(device).getMaxGlobalMemory() * ACTIVATIONS_SHARE));
    }

    /** Of float16 with 11 bits of significand, and bfloat16 with 8, rounded to nearest; files are at most float32. */
    @Override
    public double weightUnit(String device, WeightStorage kept) {
        return switch (storage(find(device), kept)) {
            case F32 -> 0;
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
        };
    }

    private static Storage storage(TornadoDevice device, WeightStorage kept) {
        return switch (kept) {
            case USUAL -> storage(device);
            case F32 -> Storage.F32;
        };
    }

    /** A power of two: one array takes no more than a 64th of the device's memory. */
    private static int staging(TornadoDevice device) {
        long share = device.getMaxGlobalMemory() / STAGING_SHARE / Short.BYTES;
        return Math.clamp(Long.highestOneBit(share), STAGING, MOST_STAGING);
    }

    private LibraryUse library(String device, GemmChoice gemm) {
        if (gemm == GemmChoice.JAVA) {
            return new LibraryUse.None(Optional.empty());
        }
        var missing = noLibrary(device);
        if (missing.isEmpty()) {
            var known = measured.computeIfAbsent(device, name -> new ConcurrentHashMap<>());
            return new LibraryUse.CuBlas(
                    gemm == GemmChoice.MEASURED, MEASURED, staging(find(device)), System::nanoTime, known);
        }
        if (gemm == GemmChoice.LIBRARY) {
            throw new IllegalArgumentException(missing.get());
        }
        boolean expected = find(device).getTornadoVMBackend() == TornadoVMBackendType.CUDA;
        return new LibraryUse.None(missing.filter(reason -> expected));
    }

    private AttentionUse attention(String device, GemmChoice gemm) {
        var chosen = find(device);
        if (gemm == GemmChoice.JAVA || chosen.getTornadoVMBackend() != TornadoVMBackendType.CUDA) {
            return new AttentionUse.None(Optional.empty());
        }
        var missing = CuDnnTasks.missing();
        if (missing.isPresent()) {
            return new AttentionUse.None(missing.map(reason -> device + ": " + reason));
        }
        return new AttentionUse.CuDnn(
                gemm == GemmChoice.MEASURED,
                MEASURED_ATTENTION,
                STAGING,
                System::nanoTime,
                headDim -> CuDnnTasks.refusal(chosen, headDim),
                measuredAttention.computeIfAbsent(device, name -> new ConcurrentHashMap<>()));
    }

    @Override
    public Optional<String> noLibrary(String device) {
        return switch (find(device).getTornadoVMBackend()) {
            case CUDA -> CuBlasTasks.missing().map(reason -> device + ": " + reason);
            case OPENCL, PTX, SPIRV, METAL, JAVA, VIRTUAL -> Backend.super.noLibrary(device);
        };
    }

    private static TornadoDevice find(String device) {
        return devices().stream()
                .filter(named -> named.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no device " + device))
                .device();
    }

    /** Short formats save a GPU's memory; bfloat16 is one instruction on CUDA alone, and some OpenCL devices lack half. */
    private static Storage storage(TornadoDevice device) {
        if (device.getDeviceType() != TornadoDeviceType.GPU || !hasHalf(device)) {
            return Storage.F32;
        }
        return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA ? Storage.BF16 : Storage.F16;
    }
}
