package io.mural.spring.boot;

import io.mural.Mural;
import io.mural.spring.MuralImageOptions;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The properties {@code spring.ai.mural.image.*}; what is not set is the model's default.
 *
 * @param path the model: a folder in diffusers layout, or a single file. Default: mural-nano, from its jar
 * @param base for a single file, the folder that has what it lacks
 * @param device where to compute, such as {@code cpu} or {@code tornado:cuda:0}
 * @param threads that compute
 * @param memory bytes that a picture may take beside the mapped weights
 * @param slow whether to compute without the Vector API, many times slower, where the JVM was started without it
 * @param loras style LoRAs
 * @param n pictures of a call
 * @param trueCfg classifier-free guidance scale
 */
@ConfigurationProperties(MuralImageProperties.PREFIX)
public record MuralImageProperties(
        Path path,
        Path base,
        String device,
        Integer threads,
        Long memory,
        boolean slow,
        List<Lora> loras,
        Integer n,
        Integer width,
        Integer height,
        Long seed,
        Integer steps,
        Double guidance,
        Double trueCfg,
        String negative,
        Double strength) {
    static final String PREFIX = "spring.ai.mural.image";

    /**
     * A style LoRA.
     *
     * @param scale strength; 1, as trained, where it is not set
     */
    public record Lora(Path file, Double scale) {
        double strength() {
            return scale == null ? 1 : scale;
        }
    }

    private List<Lora> adapters() {
        return loras == null ? List.of() : loras;
    }

    Mural open() {
        var builder = Mural.builder();
        if (path == null) {
            builder.nano();
        } else {
            builder.model(path);
        }
        if (base != null) {
            builder.base(base);
        }
        if (device != null) {
            builder.device(device);
        }
        if (threads != null) {
            builder.threads(threads);
        }
        if (memory != null) {
            builder.memory(memory);
        }
        if (slow) {
            builder.slow();
        }
        adapters().forEach(lora -> builder.lora(lora.file(), lora.strength()));
        return builder.open();
    }

    MuralImageOptions options() {
        return MuralImageOptions.builder()
                .n(n)
                .width(width)
                .height(height)
                .seed(seed)
                .steps(steps)
                .guidance(guidance)
                .trueCfg(trueCfg)
                .negative(negative)
                .strength(strength)
                .loras(adapters().stream()
                        .map(lora -> new MuralImageOptions.Lora(lora.file(), lora.strength()))
                        .toList())
                .build();
    }
}
