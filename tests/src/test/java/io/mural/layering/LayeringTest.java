package io.mural.layering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layers hold: the compiled classes of the program's modules are read and judged by {@link House}. */
class LayeringTest {
    private static final List<String> MODULES = List.of(
            "tensor",
            "weights",
            "model",
            "tornado-emulator",
            "tornado-kernels",
            "engine",
            "nano",
            "langchain4j",
            "spring-ai",
            "spring-boot-starter",
            "evaluate",
            "train",
            "batch",
            "server",
            "cli");

    @Test
    void everyClassKeepsToItsLayer() throws IOException {
        var classes = new ArrayList<CompiledClass>();
        for (var module : MODULES) {
            var found = CompiledClass.in(Path.of("..", module, "target", "classes"));
            assertThat(found).as("compiled classes of module %s", module).isNotEmpty();
            classes.addAll(found);
        }
        assertThat(House.findings(classes)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "io.mural.tensor.Shape, java.util.List",
        "io.mural.tensor.cpu.Gemm, io.mural.tensor.Tensor",
        "io.mural.tensor.cpu.Gemm, jdk.incubator.vector.FloatVector",
        "io.mural.tensor.cpu.Threads, java.util.concurrent.ExecutorService",
        "io.mural.weights.text.Json, tools.jackson.core.JsonParser",
        "io.mural.model.token.Unigram, com.google.protobuf.Message",
        "io.mural.model.image.Pixels, java.awt.image.BufferedImage",
        "io.mural.model.image.Jpeg, javax.imageio.ImageIO",
        "io.mural.model.flux2.Flux2, io.mural.model.layers.Mlp",
        "io.mural.Mural, io.mural.model.image.PngFile",
        "io.mural.Mural, io.mural.engine.device.Speed",
        "io.mural.Picture, java.awt.image.BufferedImage",
        "io.mural.train.flow.Velocities, io.mural.model.flux1.Flux1Transformer",
        "io.mural.batch.CsvTable, org.apache.commons.csv.CSVFormat",
        "io.mural.cli.Mural, picocli.CommandLine",
        "io.mural.cli.Mural, io.mural.Request",
        "io.mural.Making, io.mural.model.pipeline.PicturePipeline",
        "io.mural.tornado.TornadoOps, io.mural.tensor.Ops",
        "io.mural.tornado.kernels.GemmKernels, uk.ac.manchester.tornado.api.KernelContext",
        "uk.ac.manchester.tornado.api.TaskGraph, io.mural.emulator.Recording",
        "io.mural.emulator.Launch, uk.ac.manchester.tornado.api.WorkerGrid",
        "io.mural.cli.Progress, java.util.concurrent.ScheduledExecutorService",
    })
    void allows(String user, String used) {
        assertThat(House.findings(List.of(classUsing(user, used)))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "io.mural.tensor.Shape, io.mural.weights.text.Json",
        "io.mural.tensor.Shape, tools.jackson.core.JsonParser",
        "io.mural.tensor.Shape, sun.misc.Unsafe",
        "io.mural.tensor.Shape, jdk.incubator.vector.FloatVector",
        "io.mural.tensor.Shape, io.mural.tensor.cpu.Gemm",
        "io.mural.tensor.cpu.Gemm, java.util.concurrent.Executors",
        "io.mural.tensor.cpu.Gemm, java.util.concurrent.ForkJoinPool",
        "io.mural.weights.text.Json, io.mural.model.flux1.Flux1",
        "io.mural.model.flux1.Flux1, io.mural.cli.Mural",
        "io.mural.model.flux1.Flux1, io.mural.model.flux2.Flux2",
        "io.mural.model.flux2.Flux2, io.mural.model.flux1.Flux1",
        "io.mural.model.flux1.Flux1, io.mural.tensor.cpu.VectorOps",
        "io.mural.model.flux1.Flux1, java.lang.foreign.MemorySegment",
        "io.mural.model.flux1.Flux1, com.google.protobuf.Message",
        "io.mural.model.token.Unigram, javax.imageio.ImageIO",
        "io.mural.model.pipeline.TextToImage, java.awt.image.BufferedImage",
        "io.mural.cli.Generate, tools.jackson.core.JsonParser",
        "io.mural.cli.Generate, io.mural.tensor.cpu.VectorOps",
        "io.mural.cli.Generate, java.lang.ThreadLocal",
        "io.mural.cli.Generate, io.mural.model.plan.PicturePlan",
        "io.mural.server.Jobs, io.mural.model.pipeline.HierarchicalPipeline",
        "io.mural.tornado.kernels.GemmKernels, io.mural.emulator.Launch",
        "io.mural.tornado.TornadoOps, io.mural.tensor.cpu.VectorOps",
        "io.mural.tornado.TornadoOps, java.util.concurrent.ExecutorService",
        "io.mural.emulator.Launch, io.mural.tensor.Tensor",
        "io.mural.cli.Mural, io.mural.tornado.TornadoBackend",
        "io.mural.cli.Mural, uk.ac.manchester.tornado.api.TaskGraph",
        "io.mural.model.flux1.Flux1, io.mural.tornado.TornadoOps",
        "io.mural.elsewhere.Stray, java.util.List",
        "io.mural.model.flux1.Flux1, io.mural.Mural",
        "io.mural.engine.device.Speed, io.mural.Mural",
        "io.mural.Mural, io.mural.cli.Mural",
        "io.mural.Mural, java.awt.image.BufferedImage",
        "io.mural.weights.JsonUtils, java.util.List",
    })
    void forbidsTypes(String user, String used) {
        assertThat(House.findings(List.of(classUsing(user, used))))
                .hasSize(1)
                .first()
                .asString()
                .startsWith(user);
    }

    @ParameterizedTest
    @CsvSource({
        "io.mural.model.pipeline.TextToImage, java.lang.System, exit",
        "io.mural.model.pipeline.TextToImage, java.lang.System, getenv",
        "io.mural.weights.file.Checkpoint, java.lang.System, getProperty",
        "io.mural.weights.file.Checkpoint, java.lang.Integer, getInteger",
        "io.mural.weights.file.Checkpoint, java.lang.Thread, ofVirtual",
        "io.mural.weights.file.Checkpoint, java.util.List, parallelStream",
        "io.mural.tensor.cpu.ScalarOps, java.util.Arrays, parallelSort",
        "io.mural.tensor.cpu.Gemm, jdk.incubator.vector.FloatVector, SPECIES_PREFERRED",
        "io.mural.tensor.cpu.LanesOfOthers, jdk.incubator.vector.VectorShape, preferredShape",
    })
    void forbidsMembers(String user, String owner, String member) {
        assertThat(House.findings(List.of(classCalling(user, owner, member))))
                .singleElement()
                .asString()
                .startsWith(user + " uses " + owner + "." + member);
    }

    @ParameterizedTest
    @CsvSource({
        "io.mural.cli.Mural, java.lang.System, exit",
        "io.mural.cli.Mural$Inner, java.lang.System, getProperty",
        "io.mural.tensor.cpu.Threads$1, java.lang.Thread, ofPlatform",
        "io.mural.tensor.cpu.Lanes, jdk.incubator.vector.FloatVector, SPECIES_512",
        "io.mural.weights.file.Checkpoint, java.lang.System, nanoTime",
        "io.mural.tensor.Ops, java.lang.Thread, interrupted",
    })
    void allowsMembers(String user, String owner, String member) {
        assertThat(House.findings(List.of(classCalling(user, owner, member)))).isEmpty();
    }

    @Test
    void forbidsCirclesOfPackages() {
        var circle = List.of(
                classUsing("io.mural.model.layers.Mlp", "io.mural.model.text.T5"),
                classUsing("io.mural.model.text.T5", "io.mural.model.pipeline.TextToImage"),
                classUsing("io.mural.model.pipeline.TextToImage", "io.mural.model.layers.Mlp"));
        assertThat(House.findings(circle))
                .containsExactly("io.mural.model.layers -> io.mural.model.text -> io.mural.model.pipeline"
                        + " -> io.mural.model.layers: packages form a circle");
        assertThat(House.findings(circle.subList(0, 2))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "io.mural.tensor.Shape, --size",
        "io.mural.model.flux1.Flux1, give it by --base",
        "io.mural.Mural, it needs memory (--vae tiled takes less)",
    })
    void forbidsOptionsBelowTheCommandLine(String user, String text) {
        assertThat(House.findings(List.of(classSaying(user, text))))
                .singleElement()
                .asString()
                .startsWith(user + " says '" + text + "'");
        assertThat(House.findings(List.of(classSaying("io.mural.cli.Mural", text))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"start java with --add-modules jdk.incubator.vector", "`size` 64x64", "a -- b", "---a"})
    void allowsOtherTexts(String text) {
        assertThat(House.findings(List.of(classSaying("io.mural.tensor.Shape", text))))
                .isEmpty();
    }

    /** A class file with a constant text. */
    private static CompiledClass classSaying(String name, String text) {
        var method = MethodTypeDesc.of(ConstantDescs.CD_String);
        return CompiledClass.parse(ClassFile.of()
                .build(
                        ClassDesc.of(name),
                        type -> type.withMethod(
                                "say",
                                method,
                                ClassFile.ACC_STATIC,
                                body -> body.withCode(
                                        code -> code.loadConstant(text).areturn()))));
    }

    /** A class file with a method that takes the given type: the type stands in a descriptor only. */
    private static CompiledClass classUsing(String name, String used) {
        var method = MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of(used).arrayType());
        return CompiledClass.parse(ClassFile.of()
                .build(
                        ClassDesc.of(name),
                        type -> type.withMethod(
                                "use", method, ClassFile.ACC_STATIC, body -> body.withCode(code -> code.return_()))));
    }

    /** A class file with a call to a static method. */
    private static CompiledClass classCalling(String name, String owner, String member) {
        var nothing = MethodTypeDesc.of(ConstantDescs.CD_void);
        return CompiledClass.parse(ClassFile.of()
                .build(
                        ClassDesc.of(name),
                        type -> type.withMethod(
                                "use",
                                nothing,
                                ClassFile.ACC_STATIC,
                                body -> body.withCode(code -> code.invokestatic(ClassDesc.of(owner), member, nothing)
                                        .return_()))));
    }
}
