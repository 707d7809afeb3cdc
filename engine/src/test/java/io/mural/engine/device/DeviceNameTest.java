package io.mural.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceNameTest {
    private static final List<String> DEVICES =
            List.of("cpu", "cpu:scalar", "tornado:opencl:0", "tornado:opencl:1", "tornado:ptx:0");

    @ParameterizedTest
    @CsvSource({
        "cpu, cpu",
        "cpu:scalar, cpu:scalar",
        "tornado, tornado:opencl:0",
        "tornado:2, tornado:ptx:0",
        "tornado:opencl, tornado:opencl:0",
        "tornado:opencl:1, tornado:opencl:1",
        "tornado:ptx, tornado:ptx:0",
    })
    void standsForTheFirstDeviceThatFits(String name, String device) {
        assertThat(DeviceName.resolve(name, DEVICES)).contains(device);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "cpu:0", "tornado:3", "tornado:opencl:2", "tornado:cuda", "tornado:", "tornado:a:b"})
    void standsForNoOther(String name) {
        assertThat(DeviceName.resolve(name, DEVICES)).isEmpty();
    }

    @Test
    void theEmulatorIsNeverMeantUnlessNamed() {
        var devices = List.of("cpu", "tornado:emulator");
        assertThat(DeviceName.resolve("tornado", devices)).isEmpty();
        assertThat(DeviceName.resolve("tornado:emulator", devices)).contains("tornado:emulator");
        assertThat(DeviceName.needsTornadoVm("tornado:emulator")).isFalse();
        assertThat(DeviceName.needsTornadoVm("tornado")).isTrue();
        assertThat(DeviceName.needsTornadoVm("tornado:opencl:0")).isTrue();
        assertThat(DeviceName.needsTornadoVm("cpu")).isFalse();
    }
}
