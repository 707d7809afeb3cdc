package io.mural.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.spring.MuralImageModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MuralImageAutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MuralImageAutoConfiguration.class))
            .withPropertyValues(
                    "spring.ai.mural.image.path=../goldens/flux1-tiny",
                    "spring.ai.mural.image.threads=1",
                    "spring.ai.mural.image.width=32",
                    "spring.ai.mural.image.height=32",
                    "spring.ai.mural.image.true-cfg=1",
                    "spring.ai.mural.image.steps=1");

    @Tag("full")
    @Test
    void theModelIsABeanThatClosesWithItsContext() {
        runner.run(context -> {
            var model = context.getBean(MuralImageModel.class);
            var image = model.call(new ImagePrompt("a calm sea")).getResult().getOutput();
            assertThat(image.getB64Json()).startsWith("iVBORw0KGgo");
            context.close();
            assertThatThrownBy(() -> model.call(new ImagePrompt("a calm sea"))).isInstanceOf(RuntimeException.class);
        });
    }

    @Test
    void anotherImageModelSwitchesItOff() {
        runner.withPropertyValues("spring.ai.model.image=openai")
                .run(context -> assertThat(context).doesNotHaveBean(MuralImageModel.class));
        runner.withPropertyValues("spring.ai.model.image=mural")
                .run(context -> assertThat(context).hasSingleBean(MuralImageModel.class));
    }
}
