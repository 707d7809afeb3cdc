package io.mural.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowReaderTest {
    private final List<RowFault> faults = new ArrayList<>();

    private Optional<Row> read(Map<String, Object> cells) {
        return RowReader.read(7, 7, cells, faults::add);
    }

    @Test
    void aPromptAloneIsARow() {
        var row = read(Map.of("prompt", "a sea")).orElseThrow();

        assertThat(row.id()).isEqualTo("0000007");
        assertThat(row.count()).isEqualTo(1);
        assertThat(row.seed()).isEqualTo(RowReader.seed("0000007")).isNotNegative();
        assertThat(row.sources()).isEqualTo(new Row.Sources(Optional.empty(), List.of(), Optional.empty(), List.of()));
        assertThat(faults).isEmpty();
    }

    @Test
    void aSeedIsTheFirst63BitsOfTheIdsSha256() {
        // sha256("a") = ca978112ca1bbdca...
        assertThat(RowReader.seed("a")).isEqualTo(0xca978112ca1bbdcaL >>> 1);
    }

    @Test
    void textsAndObjectsNameLoras() {
        var expected = List.of(new Row.LoraUse("style", 0.8), new Row.LoraUse("film", 1));

        assertThat(read(Map.of("prompt", "p", "loras", "style:0.8, film"))
                        .orElseThrow()
                        .sources()
                        .loras())
                .isEqualTo(expected);
        assertThat(read(Map.of(
                                "prompt",
                                "p",
                                "loras",
                                List.of(Map.of("name", "style", "scale", 0.8), Map.of("name", "film"))))
                        .orElseThrow()
                        .sources()
                        .loras())
                .isEqualTo(expected);
    }

    @Test
    void everyFaultOfARowIsTold() {
        Map<String, Object> cells = new HashMap<>();
        cells.put("id", "a b");
        cells.put("prompt", "");
        cells.put("steps", "many");
        cells.put("seed", "-1");
        cells.put("guidance", "1e999");
        cells.put("width", 64L);

        assertThat(read(cells)).isEmpty();
        assertThat(faults)
                .extracting(fault -> fault.column().orElseThrow())
                .containsExactlyInAnyOrder("id", "prompt", "steps", "seed", "guidance", "width");
        assertThat(faults).allSatisfy(fault -> assertThat(fault.row()).isEqualTo(7));
    }

    @ParameterizedTest
    @CsvSource({
        "promt, prompt",
        "Prompt, prompt",
        "trueCfg, true_cfg",
        "true-cfg, true_cfg",
        "negatvie, negative",
        "step, steps",
        "init_images, init_image"
    })
    void aColumnThatNearlyIsOneIsRefused(String name, String meant) {
        assertThat(RowReader.faultsOf(List.of(name))).singleElement().asString().contains(name, meant);
    }

    @Test
    void otherColumnsAreLeftAlone() {
        assertThat(RowReader.faultsOf(List.of("prompt", "true_cfg", "note", "user", "kind", "tag")))
                .isEmpty();
        assertThat(RowReader.faultsOf(List.of("path")))
                .singleElement()
                .asString()
                .contains("path");
    }

    @ParameterizedTest
    @CsvSource({"1e999999999", "-1e999999999", "1e-999999999", "18446744073709551616", "1.5", "NaN", "0x10"})
    @Timeout(5)
    void numbersOutOfBoundsAreFaultsAtOnce(String seed) {
        assertThat(read(Map.of("prompt", "p", "seed", seed))).isEmpty();
        assertThat(faults).singleElement().asString().contains("seed");
        assertThat(read(Map.of("prompt", "p", "seed", "9".repeat(1_000_000)))).isEmpty();
    }

    @Test
    void listsHoldTexts() {
        var nothing = new ArrayList<Object>();
        nothing.add(null);

        assertThat(read(Map.of("prompt", "p", "references", nothing))).isEmpty();
        assertThat(read(Map.of("prompt", "p", "references", List.of(Map.of())))).isEmpty();
        assertThat(read(Map.of("prompt", "p", "loras", nothing))).isEmpty();
        assertThat(faults).hasSize(3);
    }
}
