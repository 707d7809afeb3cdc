package io.mural.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("spark")
class TaskDevicesTest {
    @ParameterizedTest
    @CsvSource({
        "'', tornado:cuda:3",
        "all, tornado:cuda:3",
        "tornado, tornado:cuda:3",
        "tornado:opencl, tornado:opencl:3",
        "cpu, cpu"
    })
    void aGpusAddressIsPartOfTheName(String asked, String device) {
        assertThat(TaskDevices.gpu(asked, "3")).isEqualTo(device);
    }

    @Test
    void aNumberBesideSparksIsRefused() {
        assertThatThrownBy(() -> TaskDevices.gpu("tornado:cuda:0", "3"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tornado:cuda:0 has a number")
                .hasMessageContaining("leave the number away");
    }

    @Test
    void withoutSparksGpusTheDevicesAreTheOnesNamed() {
        assertThat(TaskDevices.named("")).containsExactly("cpu");
        assertThat(TaskDevices.named("tornado:opencl:1")).containsExactly("tornado:opencl:1");
        assertThat(TaskDevices.named("all")).containsExactly(PretendedGpu.DEVICE);
    }
}
