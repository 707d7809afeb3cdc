package io.mural.model.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.parity.Outcome.Verdict;
import io.mural.tensor.InputException;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the judge makes of cases that hold less than they could, or something else than their component wants. */
class ParityJudgeTest {
    private static final Path GOLDENS = Path.of("../goldens").toAbsolutePath().normalize();

    @TempDir
    Path set;

    @BeforeEach
    void besideTheModels() throws IOException {
        Files.createDirectory(set.resolve("cases"));
        for (var model : List.of("flux1-tiny", "flux2-tiny")) {
            Files.createSymbolicLink(set.resolve(model), GOLDENS.resolve(model));
        }
    }

    @Test
    void anOutputThatACaseLacksIsNotJudged() {
        try (var golden = Checkpoint.open(GOLDENS.resolve("cases/flux2-vae-encode.safetensors"))) {
            var written = new SafetensorsWriter();
            golden.metadata().forEach(written::metadata);
            for (var name : List.of("in.image", "out.latents")) {
                written.add(name, shape(golden, name), golden.floats(name));
            }
            assertThat(judge(written).verdict()).isEqualTo(Verdict.PASS);
        }
    }

    /** Latents of 3 x 5 make no tokens of 2 x 2, and the case asks for none. */
    @Test
    void oddLatentsAreJudgedByTheLatents() {
        var outcome = judge(vaeEncode().add("out.latents", new long[] {1, 8, 3, 5}, new float[120]));
        assertThat(outcome.fault()).isEmpty();
        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void oddLatentsHaveNoTokens() {
        var outcome = judge(vaeEncode().add("out.latents_normalised", new long[] {1, 32, 1, 2}, new float[64]));
        assertThat(outcome.detail())
                .endsWith("latents of 5x3 make no whole tokens, so that there can be no" + " out.latents_normalised");
        assertThat(outcome.fault()).containsInstanceOf(InputException.class);
    }

    @Test
    void aCaseWithNothingToCompareWithFails() {
        assertThat(judge(vaeEncode()).detail())
                .endsWith("x.safetensors: holds none of [out.latents, out.latents_normalised] to compare with");
    }

    @Test
    void aSetGivesItsCasesAndItsTables() throws IOException {
        var training = GOLDENS.resolve("training");
        assertThat(Parity.find(List.of(training)))
                .containsAll(Parity.find(List.of(training.resolve("cases"))))
                .contains(training.resolve("buckets.json"));
        Files.createFile(set.resolve("cases/a.safetensors"));
        assertThat(Parity.find(List.of(set))).containsExactly(set.resolve("cases/a.safetensors"));
    }

    private static SafetensorsWriter vaeEncode() {
        return new SafetensorsWriter()
                .metadata("component", "flux2-vae-encode")
                .metadata("model", "flux2-tiny")
                .add("in.image", new long[] {1, 3, 24, 40}, new float[3 * 24 * 40]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vae-decode | in.latents | 4 | x.safetensors: in.latents is [4], which has too few sizes for vae-decode",
                "flux1-transformer | in.hidden_states | 4 | x.safetensors: the tensor \"in.encoder_hidden_states\" is missing",
                "noise | out.seedX.4.f32 | 4 | x.safetensors: \"out.seedX.4.f32\" is no name of a noise case",
                "t5-encoder | in.input_ids | 4 | x.safetensors: \"in.input_ids\" is F32, expected whole numbers",
            })
    void whatACaseLacksIsNamedInOneLine(String component, String tensor, int size, String end) {
        var outcome = judge(new SafetensorsWriter()
                .metadata("component", component)
                .metadata("model", "flux1-tiny")
                .add(tensor, new long[] {size}, new float[size]));
        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(outcome.detail()).endsWith(end);
        assertThat(outcome.fault()).containsInstanceOf(InputException.class);
    }

    private Outcome judge(SafetensorsWriter given) {
        var file = set.resolve("cases/x.safetensors");
        given.write(file);
        var outcomes = new ArrayList<Outcome>();
        new Parity(() -> new CpuBackend().open("cpu", 2, Workspace.poisoned()), outcomes::add).run(file);
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    private static long[] shape(Checkpoint checkpoint, String name) {
        return checkpoint.info(name).shape().stream().mapToLong(Long::longValue).toArray();
    }
}
