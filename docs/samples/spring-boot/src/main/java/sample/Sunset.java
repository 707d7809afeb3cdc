package sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A picture by Spring AI's ImageModel, which the starter makes a bean of, into the file that is named. */
@SpringBootApplication
public class Sunset {
    public static void main(String[] args) {
        SpringApplication.run(Sunset.class, args);
    }

    @Bean
    CommandLineRunner picture(ImageModel model) {
        return args -> {
            var image = model.call(new ImagePrompt("a sunset over purple mountains and a calm sea"));
            var png = Base64.getDecoder().decode(image.getResult().getOutput().getB64Json());
            Files.write(Path.of(args[0]), png);
        };
    }
}
