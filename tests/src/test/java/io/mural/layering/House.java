package io.mural.layering;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The rules of who may use what, checked over compiled classes. Each finding is one line: class, what it uses, rule. */
final class House {
    private static final String CPU = "io.mural.tensor.cpu";
    private static final String MODEL = "io.mural.model";
    private static final String EVALUATE = "io.mural.evaluate";
    private static final String BATCH = "io.mural.batch";
    private static final String TRAIN = "io.mural.train";
    private static final String CLI = "io.mural.cli";
    private static final String SERVER = "io.mural.server";
    /** The engine's public classes: that very package, without those below it. */
    private static final String API = "io.mural.*";

    private static final String NANO = "io.mural.nano";
    private static final String LANGCHAIN4J = "io.mural.langchain4j";
    private static final String SPRING = "io.mural.spring";
    private static final String ENGINE = "io.mural.engine";
    private static final String TORNADO = "io.mural.tornado";
    private static final String EMULATOR = "io.mural.emulator";
    private static final String TORNADO_API = "uk.ac.manchester.tornado.api";
    private static final String TORNADO_CUBLAS = "uk.ac.manchester.tornado.cublas";
    private static final String TORNADO_CUDNN = "uk.ac.manchester.tornado.cudnn";

    /** What each module, named by its package, may use besides java.*. */
    private static final Map<String, List<String>> IMPORTS = Map.ofEntries(
            // The JVM's own compiler is asked whether it compiles.
            Map.entry("io.mural.tensor", List.of("io.mural.tensor", "jdk.incubator.vector", "com.sun.management")),
            Map.entry("io.mural.weights", List.of("io.mural.weights", "io.mural.tensor", "tools.jackson.core")),
            Map.entry(
                    MODEL,
                    List.of(
                            MODEL,
                            "io.mural.weights",
                            "io.mural.tensor",
                            "com.google.protobuf",
                            "org.jsoup",
                            "org.jcodec",
                            // What javax.imageio's metadata are made of.
                            "org.w3c.dom",
                            "javax.imageio")),
            Map.entry(TORNADO, List.of(TORNADO, "io.mural.tensor", TORNADO_API, TORNADO_CUBLAS, TORNADO_CUDNN)),
            Map.entry(EMULATOR, List.of(EMULATOR, TORNADO_API)),
            Map.entry(TORNADO_API, List.of(TORNADO_API, EMULATOR)),
            Map.entry(TORNADO_CUBLAS, List.of(TORNADO_CUBLAS, TORNADO_API)),
            Map.entry(TORNADO_CUDNN, List.of(TORNADO_CUDNN, TORNADO_API)),
            Map.entry(API, List.of(API, ENGINE, MODEL, "io.mural.weights", "io.mural.tensor")),
            Map.entry(NANO, List.of(NANO, ENGINE, "io.mural.weights", "io.mural.tensor")),
            Map.entry(LANGCHAIN4J, List.of(LANGCHAIN4J, API, "dev.langchain4j")),
            Map.entry(
                    SPRING,
                    List.of(SPRING, API, "io.mural.tensor", "org.springframework", "io.micrometer.observation")),
            Map.entry(ENGINE, List.of(ENGINE, MODEL, "io.mural.weights", "io.mural.tensor", "com.sun.management")),
            Map.entry(
                    SERVER,
                    List.of(
                            SERVER,
                            API,
                            ENGINE,
                            MODEL,
                            "io.mural.weights",
                            "io.mural.tensor",
                            "org.eclipse.jetty",
                            "io.prometheus.metrics")),
            Map.entry(
                    EVALUATE,
                    List.of(
                            EVALUATE,
                            API,
                            ENGINE,
                            MODEL,
                            "io.mural.weights",
                            "io.mural.tensor",
                            "org.ejml",
                            "org.apache.commons.math3")),
            Map.entry(TRAIN, List.of(TRAIN, MODEL, "io.mural.weights", "io.mural.tensor")),
            Map.entry(
                    BATCH,
                    List.of(
                            BATCH,
                            API,
                            ENGINE,
                            MODEL,
                            "io.mural.weights",
                            "io.mural.tensor",
                            "org.apache.commons.csv",
                            "org.apache.commons.io")),
            Map.entry(
                    CLI,
                    List.of(
                            CLI,
                            SERVER,
                            API,
                            BATCH,
                            ENGINE,
                            EVALUATE,
                            TRAIN,
                            MODEL,
                            "io.mural.weights",
                            "io.mural.tensor",
                            "picocli")));

    /** Packages that only some may use: what is used, and the packages (with those below) or classes that may. */
    private static final List<Reserved> RESERVED_TYPES = List.of(
            new Reserved("jdk\\.incubator\\.vector\\..*", "the Vector API belongs to " + CPU, CPU),
            new Reserved("io\\.mural\\.tensor\\.cpu\\..*", "backends are found by ServiceLoader", CPU),
            new Reserved("com\\.google\\.protobuf\\..*", "protobuf is for tokenizers", MODEL + ".token"),
            new Reserved(
                    "javax\\.imageio\\..*|java\\.awt\\..*",
                    "picture files are read and written in one place",
                    MODEL + ".image",
                    "io.mural.Picture"),
            new Reserved(
                    "java\\.util\\.concurrent\\.(\\w*Execut\\w+|ForkJoin\\w*|CompletableFuture|StructuredTaskScope).*"
                            + "|java\\.util\\.Timer(Task)?",
                    "threads belong to Threads; the server may have its own for the queue, the command line for"
                            + " progress and Ctrl-C",
                    CPU + ".Threads",
                    SERVER + ".jobs",
                    CLI),
            new Reserved(
                    "uk\\.ac\\.manchester\\.tornado\\.cublas\\..*",
                    "not every SDK has NVIDIA's libraries",
                    TORNADO + ".kernels.CuBlasTasks",
                    TORNADO_CUBLAS),
            new Reserved(
                    "uk\\.ac\\.manchester\\.tornado\\.cudnn\\..*",
                    "not every SDK has NVIDIA's libraries",
                    TORNADO + ".kernels.CuDnnTasks",
                    TORNADO_CUDNN),
            new Reserved(
                    "io\\.mural\\.model\\.(plan\\.(PicturePlan|HierarchicalPlan|WeightPlan|LevelFigures)"
                            + "|pipeline\\.(PicturePipeline|HierarchicalPipeline)).*",
                    "pictures are planned and made by the engine: nobody above it wires them again",
                    MODEL,
                    ENGINE,
                    API),
            new Reserved("java\\.lang\\.ThreadLocal", "state has an owner that closes it"));

    private static final List<Reserved> RESERVED_MEMBERS = List.of(
            new Reserved(
                    "java\\.lang\\.Thread\\.(<init>|start|ofPlatform|ofVirtual|startVirtualThread)"
                            + "|java\\.util\\..*\\.(parallel|parallelStream)|java\\.util\\.Arrays\\.parallel\\w+",
                    "threads belong to Threads, WeightStream, RowEncoding, Job, pulls and Crew; the server may have its own"
                            + " for the queue, the command line for progress and Ctrl-C",
                    BATCH + ".Crew",
                    CPU + ".Threads",
                    SERVER + ".jobs",
                    "io.mural.Job",
                    ENGINE + ".hub",
                    "io.mural.weights.stream.WeightStream",
                    "io.mural.weights.quantize.RowEncoding",
                    CLI,
                    EMULATOR),
            new Reserved(
                    "java\\.lang\\.System\\.(out|err|in|exit|console)|java\\.lang\\.Runtime\\.(exit|halt|addShutdownHook)",
                    "printing and exit codes belong to " + CLI,
                    CLI),
            new Reserved(
                    "java\\.lang\\.System\\.(getProperty|getProperties|getenv|setProperty)"
                            + "|java\\.lang\\.(Integer\\.getInteger|Long\\.getLong|Boolean\\.getBoolean)",
                    "settings are parameters; properties and the environment are read in " + CLI
                            + ", and where the embedded model is unpacked",
                    NANO,
                    CLI),
            new Reserved(
                    "jdk\\.incubator\\.vector\\.(\\w+\\.SPECIES_\\w+|VectorShape\\.\\w+|VectorSpecies\\.of\\w*)",
                    "the width of vectors is chosen in Lanes",
                    CPU + ".Lanes"));

    private static final List<String> FAMILIES = List.of("flux1", "flux2", "wan");
    private static final Pattern VAGUE = Pattern.compile(".*(Impl|Manager|Helper|Utils?)");

    private static final Pattern OPTION = Pattern.compile("(^|[^-\\w])--[a-z]");
    /** Options of other programs. */
    private static final Pattern OTHERS_OPTION = Pattern.compile("--add-modules|gguf-split --merge");

    private record Reserved(Pattern used, String rule, List<String> users) {
        Reserved(String used, String rule, String... users) {
            this(Pattern.compile(used), rule, List.of(users));
        }

        boolean forbids(CompiledClass user, String name) {
            return used.matcher(name).matches()
                    && users.stream().noneMatch(allowed -> isWithin(user.outermost(), allowed));
        }
    }

    private House() {}

    /** Everything in these classes that breaks a rule. */
    static List<String> findings(Collection<CompiledClass> classes) {
        var findings = new TreeSet<String>();
        for (var each : classes) {
            imports(each, findings);
            reserved(each, findings);
            model(each, findings);
            options(each, findings);
            if (VAGUE.matcher(each.outermost()).matches()) {
                findings.add(each.name() + ": a name says what a thing is, not Impl, Manager, Helper or Util");
            }
        }
        cycles(classes, findings);
        return List.copyOf(findings);
    }

    private static void imports(CompiledClass user, Set<String> findings) {
        var module = IMPORTS.keySet().stream()
                .filter(prefix -> isWithin(user.name(), prefix))
                .findFirst();
        if (module.isEmpty()) {
            findings.add(user.name() + ": belongs to no module of the house");
            return;
        }
        for (var used : user.types()) {
            boolean allowed = used.startsWith("java.")
                    || IMPORTS.get(module.get()).stream().anyMatch(prefix -> isWithin(used, prefix));
            if (!allowed) {
                findings.add(user.name() + " uses " + used + ": not among the imports of " + module.get());
            }
        }
    }

    private static void reserved(CompiledClass user, Set<String> findings) {
        for (var rule : RESERVED_TYPES) {
            for (var used : user.types()) {
                if (rule.forbids(user, used)) {
                    findings.add(user.name() + " uses " + used + ": " + rule.rule());
                }
            }
        }
        for (var rule : RESERVED_MEMBERS) {
            for (var used : user.members()) {
                if (rule.forbids(user, used)) {
                    findings.add(user.name() + " uses " + used + ": " + rule.rule());
                }
            }
        }
    }

    /** How options are spelt is the command line's business: messages below name settings in backquotes. */
    private static void options(CompiledClass user, Set<String> findings) {
        if (isWithin(user.name(), CLI)) {
            return;
        }
        for (var text : user.strings()) {
            if (OPTION.matcher(OTHERS_OPTION.matcher(text).replaceAll("")).find()) {
                findings.add(user.name() + " says '" + text + "': options are spelt in " + CLI + " alone");
            }
        }
    }

    private static void model(CompiledClass user, Set<String> findings) {
        if (!isWithin(user.name(), MODEL)) {
            return;
        }
        if (user.types().contains("java.lang.foreign.MemorySegment")) {
            findings.add(user.name() + " uses MemorySegment: models see tensors, never memory");
        }
        for (var own : FAMILIES) {
            for (var other : FAMILIES) {
                boolean crosses = !own.equals(other)
                        && isWithin(user.name(), MODEL + "." + own)
                        && user.types().stream().anyMatch(used -> isWithin(used, MODEL + "." + other));
                if (crosses) {
                    findings.add(user.name() + " uses " + MODEL + "." + other + ": model families share leaves only");
                }
            }
        }
    }

    /** Packages that use each other, directly or around a circle. */
    private static void cycles(Collection<CompiledClass> all, Set<String> findings) {
        // The packages of TornadoVM's API are not ours to cut, and the emulator is what stands behind them.
        var classes = all.stream()
                .filter(each -> !isWithin(each.name(), TORNADO_API) && !isWithin(each.name(), EMULATOR))
                .toList();
        var uses = new TreeMap<String, Set<String>>();
        for (var each : classes) {
            uses.computeIfAbsent(each.packageName(), name -> new TreeSet<>());
        }
        for (var each : classes) {
            for (var used : each.types()) {
                var target = CompiledClass.packageOf(used);
                if (uses.containsKey(target) && !target.equals(each.packageName())) {
                    uses.get(each.packageName()).add(target);
                }
            }
        }
        for (var start : uses.keySet()) {
            for (var next : uses.get(start)) {
                var way = way(uses, next, start, new TreeSet<>());
                // Each circle is found from all its packages; the first in order tells it.
                if (!way.isEmpty() && way.stream().allMatch(name -> name.compareTo(start) >= 0)) {
                    findings.add(start + " -> " + String.join(" -> ", way) + ": packages form a circle");
                }
            }
        }
    }

    private static List<String> way(Map<String, Set<String>> uses, String from, String to, Set<String> seen) {
        if (from.equals(to)) {
            return List.of(to);
        }
        if (!seen.add(from)) {
            return List.of();
        }
        for (var next : uses.get(from)) {
            var rest = way(uses, next, to, seen);
            if (!rest.isEmpty()) {
                var way = new ArrayList<>(List.of(from));
                way.addAll(rest);
                return way;
            }
        }
        return List.of();
    }

    /** Whether a class is the given class or package, or inside it; {@code io.mural.*} is that package alone. */
    private static boolean isWithin(String name, String prefix) {
        if (prefix.endsWith(".*")) {
            return CompiledClass.packageOf(name).equals(prefix.substring(0, prefix.length() - 2));
        }
        return name.startsWith(prefix)
                && (name.length() == prefix.length() || ".$".indexOf(name.charAt(prefix.length())) >= 0);
    }
}
