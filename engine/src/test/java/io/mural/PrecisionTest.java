package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.engine.device.DeviceChoice;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
import io.mural.tensor.cpu.machine.Kernels;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What products are in, from the request to the picture's recipe and back. */
class PrecisionTest {
    private static final Path NANO = Path.of("..", "models", "mural-nano");
    private static final Request SEA =
            Request.of("a calm sea").size(32, 48).steps(2).seed(7).build();

    private static Mural open(Precision precision) {
        return Mural.builder().model(NANO).threads(2).precision(precision).open();
    }

    private static DeviceChoice processor(String name) {
        return DeviceChoice.of(name, 1, Optional.empty(), Optional.empty(), true);
    }

    @Test
    void theRecipeSaysWhatWasAskedAndWhatItWas() {
        boolean bf16 = Kernels.ofThisProcessor().pairs().isPresent();
        try (var mural = open(Precision.AUTO)) {
            var recipe = mural.generate(SEA).recipe();
            assertThat(recipe.precision()).isEqualTo(Precision.AUTO);
            assertThat(recipe.products()).isEqualTo(bf16 ? Precision.BF16 : Precision.F32);
            assertThat(Recipe.parse("test", recipe.toJson())).isEqualTo(recipe);
            assertThat(recipe.parameters().contains("Products: bf16")).isEqualTo(bf16);
        }
    }

    @Test
    void recipesFromBeforeThereWasAChoiceAreFloat32() {
        try (var mural = open(Precision.AUTO)) {
            var json = mural.generate(SEA)
                    .recipe()
                    .toJson()
                    .replaceAll(",\\s*\"(precision|products)\"\\s*:\\s*\"\\w+\"", "");
            assertThat(json).doesNotContain("precision");
            assertThat(Recipe.parse("test", json).precision()).isEqualTo(Precision.F32);
            assertThat(Recipe.parse("test", json).products()).isEqualTo(Precision.F32);
        }
    }

    @Tag("full")
    @Test
    void bytesMakeAnotherPictureThatTheRecipeRepeats() {
        Assumptions.assumeTrue(
                Kernels.ofThisProcessor().blocks().isPresent(), "this processor has no kernels for bytes");
        Picture picture;
        try (var mural = open(Precision.INT8)) {
            picture = mural.generate(SEA);
            assertThat(mural.plan(SEA).lines()).anyMatch(line -> line.startsWith("products in int8"));
        }
        assertThat(picture.recipe().products()).isEqualTo(Precision.INT8);
        try (var mural = Mural.builder().of(picture.recipe()).threads(1).open()) {
            var again = mural.generate(Request.of(picture.recipe()).build());
            assertThat(again.image().rgb()).isEqualTo(picture.image().rgb());
        }
        try (var mural = open(Precision.F32)) {
            var exact = mural.generate(SEA).image();
            assertThat(exact.rgb()).isNotEqualTo(picture.image().rgb());
            // two steps of a picture this small; whole ones stand in docs/numerics.md
            assertThat(exact.psnr(picture.image())).isGreaterThan(34);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "INT8"})
    void whatADeviceCannotDoIsRefused(Precision precision) {
        assertThatThrownBy(() -> processor("cpu:scalar").in(precision))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("`precision` " + precision.key() + ": cpu:scalar multiplies in float32");
        var own = Kernels.ofThisProcessor();
        boolean there = (precision == Precision.BF16 ? own.pairs() : own.blocks()).isPresent();
        if (there) {
            assertThat(processor("cpu").in(precision).precision()).isEqualTo(precision);
        } else {
            assertThatThrownBy(() -> processor("cpu").in(precision))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("choose auto or f32");
        }
    }

    @Test
    void autoFollowsTheWeights() {
        var device = processor("cpu").in(Precision.AUTO);
        assertThat(device.products(DType.F32)).isEqualTo(Precision.F32);
        assertThat(device.products(DType.F16)).isEqualTo(Precision.F32);
        var shorter = device.bf16() ? Precision.BF16 : Precision.F32;
        assertThat(device.products(DType.BF16)).isEqualTo(shorter);
        assertThat(device.products(DType.Q4_K)).isEqualTo(shorter);
    }

    @Test
    void namesAreThoseOfTheOption() {
        for (var precision : Precision.values()) {
            assertThat(Precision.of(precision.key())).isEqualTo(precision);
        }
        assertThatThrownBy(() -> Precision.of("fp4"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("choose f32, bf16, int8 or auto");
    }
}
