package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** No operation is without an entry in the conformance suite, whoever adds one. */
class ConformanceCoverageTest {
    @Test
    void everyKernelHasAnEntry() {
        ConformanceRun.make();
        var kernels = Arrays.stream(Ops.class.getDeclaredMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .map(Method::getName)
                .toList();
        assertThat(kernels).contains("linearKernel", "attentionKernel", "conv2dKernel");
        assertThat(Conformance.kernels()).containsExactlyInAnyOrderElementsOf(kernels);
    }
}
