package io.mural.spring.boot;

import io.micrometer.observation.ObservationRegistry;
import io.mural.spring.MuralImageModel;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** An image model, unless {@code spring.ai.model.image} names another's. */
@AutoConfiguration
@ConditionalOnClass(MuralImageModel.class)
@ConditionalOnProperty(name = "spring.ai.model.image", havingValue = "mural", matchIfMissing = true)
@EnableConfigurationProperties(MuralImageProperties.class)
public class MuralImageAutoConfiguration {
    /** Opened when the context starts, closed with it. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    public MuralImageModel muralImageModel(
            MuralImageProperties properties, ObjectProvider<ObservationRegistry> observations) {
        return new MuralImageModel(
                properties.open(), properties.options(), observations.getIfUnique(() -> ObservationRegistry.NOOP));
    }
}
