package io.mural.bench.fuzz;

import io.mural.bench.fuzz.Mutator.Form;
import io.mural.server.Bodies;
import io.mural.server.http.Limits;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Models;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The bodies that the server's routes read, with whole ones as its clients send them. */
final class ServerTargets {
    private static final String BOUNDARY = "b";
    /** Larger ones are refused before a pixel is decoded; a damaged header must not ask for gigabytes here. */
    private static final long MOST_PIXELS = 1 << 20;

    private final Bodies bodies;
    private final String picture;

    /** @param png a small picture */
    ServerTargets(Path root, byte[] png) {
        var usual = Limits.usual();
        bodies = new Bodies(
                new Catalog(
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(root.resolve("models/mural-nano")),
                        Optional.empty()),
                new Models.About("flux1", 256, 256, 20, false, false, false, 0, 2.5, "", 32, 1),
                usual.withDecodedPixels(MOST_PIXELS));
        picture = Base64.getEncoder().encodeToString(png);
    }

    List<Target> all() {
        var url = "data:image/png;base64," + picture;
        return List.of(
                target(
                        "server generations",
                        bodies::generation,
                        "{\"prompt\":\"a"
                                + " sea\",\"n\":2,\"size\":\"64x48\",\"response_format\":\"url\",\"output_format\":"
                                + "\"jpeg\",\"output_compression\":80,\"quality\":\"high\",\"user\":\"x\",\"seed\":7,"
                                + "\"steps\":3,\"negative_prompt\":\"fog\",\"model\":\"dall-e-3\"}",
                        "{\"prompt\":\"\\u6d77\",\"stream\":true,\"partial_images\":2,\"background\":\"opaque\"}"),
                target(
                        "server edits, JSON",
                        bodies::edit,
                        "{\"prompt\":\"a sea\",\"images\":[{\"image_url\":\"" + url + "\"}],\"strength\":0.5}"),
                target(
                        "server edits, form",
                        data -> bodies.edit(data, "multipart/form-data; boundary=" + BOUNDARY),
                        form()),
                target(
                        "server txt2img",
                        bodies::txt2img,
                        "{\"prompt\":\"a sea\",\"negative_prompt\":\"fog\",\"width\":512,\"height\":512,\"steps\":20,"
                                + "\"cfg_scale\":7,\"seed\":-1,\"batch_size\":2,\"n_iter\":1,\"sampler_name\":\"Euler\","
                                + "\"enable_hr\":true,\"hr_scale\":2,\"denoising_strength\":0.7,\"override_settings\":{},"
                                + "\"restore_faces\":false,\"script_name\":\"\"}"),
                target(
                        "server img2img",
                        bodies::img2img,
                        "{\"prompt\":\"a sea\",\"init_images\":[\"" + picture + "\"],\"mask\":\"" + url
                                + "\",\"mask_blur\":4,\"inpainting_mask_invert\":1,\"denoising_strength\":0.75,"
                                + "\"width\":64,\"height\":64}"),
                target(
                        "server jobs",
                        bodies::job,
                        "{\"prompt\":\"a sea\",\"count\":2,\"width\":64,\"height\":64,\"seed\":9,\"vae\":\"tiled\","
                                + "\"upsampler\":\"latent\",\"noise_dtype\":\"f32\",\"model\":{\"name\":\"mural-nano\"}}",
                        "{\"prompt\":\"a sea\",\"init_image\":\"" + url + "\",\"mask\":\"" + url
                                + "\",\"feather\":4,\"extend\":\"left=8,top=16\",\"strength\":1}",
                        "{\"prompt\":\"a sea\",\"init_image\":\"" + url + "\",\"region\":\"1,2,8x8\"}"));
    }

    private String form() {
        return part("prompt", "", "a sea")
                + part("n", "", "2")
                + part("size", "", "16x16")
                + part(
                        "image",
                        "; filename=\"a.png\"",
                        new String(Base64.getDecoder().decode(picture), StandardCharsets.ISO_8859_1))
                + "--" + BOUNDARY + "--\r\n";
    }

    private static String part(String name, String more, String content) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n"
                + content + "\r\n";
    }

    /** @param seeds in Latin letters, which the form's picture is in, too */
    private static Target target(String name, Consumer<byte[]> reader, String... seeds) {
        var bytes = List.of(seeds).stream()
                .map(seed -> seed.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        return new Target(name, Form.TEXT, bytes, (data, folder) -> reader.accept(data));
    }
}
