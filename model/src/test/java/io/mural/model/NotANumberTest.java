package io.mural.model;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.RgbImage;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.SchedulerConfig;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that would be wrong in silence. */
class NotANumberTest {
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void latentsThatAreNoNumbersEndTheRun(float value) {
        assertThatThrownBy(() -> Latents.requireFinite(new float[] {1, value}, 7))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("after step 7")
                .hasMessageContaining("inspect `check`");
        assertThatCode(() -> Latents.requireFinite(new float[] {1, -3e38f}, 7)).doesNotThrowAnyException();
    }

    @Test
    void aPictureOfNaNIsNone() {
        assertThatThrownBy(() -> RgbImage.of(new float[] {0, Float.NaN, 0}, 1, 1))
                .isInstanceOf(InputException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FlowMatchLCMScheduler", "FlowMatchHeunDiscreteScheduler", "UniPCMultistepScheduler"})
    void anotherSamplerIsRefusedByName(String name) {
        assertThatThrownBy(() -> SchedulerConfig.from(Json.parse("s.json", "{\"_class_name\":\"" + name + "\"}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(name);
    }
}
