package io.mural.bench.fuzz;

import io.mural.model.image.JpegFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.VideoCheckpoint;
import io.mural.model.pipeline.VideoJournal;
import io.mural.tensor.DType;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.file.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Whole inputs, small, as mural itself and others write them. */
final class Seeds {
    static final String IDENTITY = "a picture";
    static final int LATENTS = 12;
    static final String RECIPE = "{\"mural\":\"0.1.0\",\"prompt\":\"a sea"
            + " \u6d77\",\"negative\":\"\",\"true_cfg\":1.0,\"width\":64,\"height\":64,"
            + "\"steps\":2,\"seed\":18446744073709551615,\"guidance\":3.5,\"text_tokens\":64,"
            + "\"noise_dtype\":\"f32\",\"vae\":\"whole\",\"model\":{\"name\":\"tiny\",\"path\":\"tiny\","
            + "\"base\":null},\"loras\":[{\"path\":\"style.safetensors\",\"scale\":1,\"mode\":\"adapter\"}],"
            + "\"init_image\":{\"path\":\"a.png\",\"strength\":0.5,\"sha256\":\"00\"},\"references\":[\"b.png\"],"
            + "\"hierarchy\":{\"lora\":\"levels\",\"lora_scale\":1,\"scope\":\"guide\",\"window\":16,\"ratio\":2,"
            + "\"halo\":8,\"guidance_halo\":0,\"guidance_radius\":1,\"ntk_factor\":1.0,\"shift\":3.0,"
            + "\"steps\":28,\"skip_steps\":10,\"guidance\":3.5,\"true_cfg\":1,\"upsampler\":\"latent\"},"
            + "\"device\":\"cpu\",\"gemm\":null,\"precision\":\"f32\",\"products\":\"f32\"}";

    static final String CSV =
            "\uFEFFid,prompt,negative,seed,count,width,height,steps,guidance,true_cfg,strength,model,loras,init_image,references,note\r\n"
                    + "a-1,\"a sea, \"\"calm\"\""
                    + " \u6d77\",dark,18446744073709551615,2,64,64,4,3.5,1,0.5,dev,\"style:0.8,film\",a.png,\"b.png,c.png\",\"two\r\n"
                    + "lines\"\r\n\r\n"
                    + ",\ud83d\ude00,,,,,,,,,,,,,,\n";
    static final String JSON_LINES = "{\"id\":\"a-1\",\"prompt\":\"a sea"
            + " \u6d77\",\"seed\":18446744073709551615,\"count\":2,\"width\":64,\"height\":64,\"guidance\":3.5,\"loras\":[{\"name\":\"style\",\"scale\":0.8},\"film:0.5\"],\"references\":[\"b.png\"],\"note\":{\"deep\":[1,null]}}\n\n"
            + " \r\n"
            + "{\"prompt\":\"\ud83d\ude00\",\"loras\":\"style:0.8,film\"}";

    private static final int SIDE = 16;
    /** Of the small model's hidden states. */
    private static final int WIDTH = 48;

    private static final int RGB = 3;

    private final Path file;

    Seeds() throws IOException {
        file = Files.createTempDirectory("mural-seeds").resolve("seed");
        file.toFile().deleteOnExit();
        file.getParent().toFile().deleteOnExit();
    }

    private byte[] written(Consumer<Path> writer) {
        writer.accept(file);
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<byte[]> safetensors() {
        return List.of(
                written(new SafetensorsWriter()
                        .metadata("format", "pt")
                        .add("img_in.weight", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                        .add("empty", new long[] {0})
                        .add("img_in.bias", new long[] {2}, 0, Float.NaN)::write),
                written(new SafetensorsWriter().add("a", new long[] {}, 1)::write));
    }

    List<byte[]> ggufs() {
        return List.of(written(new GgufWriter()
                .text("general.architecture", "flux")
                .number("general.file_type", 0)
                .add("one", DType.F32, new long[] {2, 2}, sink -> sink.put(new byte[16], 0, 16))
                .add("two", DType.F16, new long[] {3}, sink -> sink.put(new byte[6], 0, 6))::write));
    }

    /** The three spellings that trainers use. */
    List<byte[]> loras() {
        return List.of(
                written(new SafetensorsWriter()
                        .add(
                                "lora_unet_double_blocks_0_img_attn_proj.lora_down.weight",
                                new long[] {1, WIDTH},
                                new float[WIDTH])
                        .add(
                                "lora_unet_double_blocks_0_img_attn_proj.lora_up.weight",
                                new long[] {WIDTH, 1},
                                new float[WIDTH])
                        .add("lora_unet_double_blocks_0_img_attn_proj.alpha", new long[] {}, 1)::write),
                written(new SafetensorsWriter()
                        .metadata("ss_network_dim", "1")
                        .add(
                                "transformer.transformer_blocks.0.attn.to_q.lora_A.weight",
                                new long[] {1, WIDTH},
                                new float[WIDTH])
                        .add(
                                "transformer.transformer_blocks.0.attn.to_q.lora_B.weight",
                                new long[] {WIDTH, 1},
                                new float[WIDTH])::write));
    }

    List<byte[]> checkpoints() {
        return List.of(
                written(to -> CheckpointFile.fresh(to, IDENTITY)
                        .reached(new Journal.Position(1, 3, new float[LATENTS], new float[LATENTS]))),
                written(to -> CheckpointFile.fresh(to, IDENTITY)
                        .reached(new Journal.Position(0, 1, new float[0], new float[LATENTS]))));
    }

    List<byte[]> videoCheckpoints() {
        return List.of(written(to -> VideoCheckpoint.fresh(to, IDENTITY)
                .reached(new VideoJournal.Position(2, new float[LATENTS], List.of(new float[LATENTS])))));
    }

    List<byte[]> pngs() {
        var texts = Map.of("mural", RECIPE, "parameters", "a sea\nSteps: 2, Seed: 3", "Title", "\u6d77");
        return List.of(
                written(to -> PngFile.write(to, image(), texts)),
                written(to -> PngFile.write(to, new RgbImage(1, 1, new byte[RGB]), Map.of())),
                image("png"));
    }

    List<byte[]> jpegs() {
        var out = new ByteArrayOutputStream();
        JpegFile.write(out, image(), 80);
        return List.of(out.toByteArray());
    }

    static List<byte[]> others() {
        return List.of(image("gif"), image("bmp"));
    }

    /** As the JDK writes it. */
    private static byte[] image(String format) {
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(JpegFile.buffered(image()), format, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static RgbImage image() {
        var rgb = new byte[SIDE * SIDE * RGB];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 7 ^ i >> 5);
        }
        return new RgbImage(SIDE, SIDE, rgb);
    }

    /** A dictionary with one tensor [2, 3], its pieces stored one after the other. */
    static List<byte[]> torch() throws IOException {
        var pickle = "\u0080\u0002}(X\u0001\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\n"
                + "FloatStorage\nX\u0001\0\0\0" + "0X\u0003\0\0\0cpuK\u0006tQK\0(K\u0002K\u0003t(K\u0003K\u0001t\u0089"
                + "ccollections\nOrderedDict\n)RtRu.";
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            stored(zip, "archive/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
            stored(zip, "archive/data/0", new byte[24]);
            stored(zip, "archive/version", new byte[] {'3', '\n'});
        }
        return List.of(out.toByteArray());
    }

    private static void stored(ZipOutputStream zip, String name, byte... data) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(data);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(data.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
