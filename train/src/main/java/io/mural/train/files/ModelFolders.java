package io.mural.train.files;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** Writes a model's folder with a transformer that was trained. */
public final class ModelFolders {
    private static final String TRANSFORMER = "transformer";
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    /** Downloaded models are often folders of links. */
    private static final Set<FileVisitOption> FOLLOWING = Set.of(FileVisitOption.FOLLOW_LINKS);

    private ModelFolders() {}

    /** Refuses folders that the result cannot stand in, before work is done for it. */
    public static void check(Path folder, Path model) {
        if (!Files.isDirectory(model.resolve(TRANSFORMER))) {
            throw new InputException(model + " is no model folder with a transformer; all weights are trained of models"
                    + " in diffusers layout");
        }
        if (folder.toAbsolutePath().normalize().equals(model.toAbsolutePath().normalize())) {
            throw new InputException(folder + " is the model that is trained; give another folder for the result");
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException(folder + " is a file; give the folder that the trained model is to stand in");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be made: " + Shown.reason(e), e);
        }
    }

    /**
     * Everything of {@code model} but the weights of its transformer is copied, and those are written in the format that
     * most of them had.
     *
     * @param values of trained tensors, by name; the others stay
     */
    public static void write(Path folder, Path model, Weights weights, Map<String, float[]> values) {
        copy(model, folder);
        var dtype = weights.dtype();
        var format = dtype == DType.F32 || dtype == DType.F16 ? dtype : DType.BF16;
        var writer = new SafetensorsWriter().metadata("format", "pt");
        for (var name : weights.names()) {
            long[] shape =
                    Arrays.stream(weights.shape(name).toArray()).asLongStream().toArray();
            var trained = values.containsKey(name) ? values.get(name) : weights.values(name);
            TensorValues.add(writer, name, shape, trained, format);
        }
        writer.write(folder.resolve(TRANSFORMER).resolve(WEIGHTS));
    }

    /** As an earlier save of the same run left it; a file of another model is replaced. */
    private static boolean isCopy(Path file, BasicFileAttributes original) throws IOException {
        return Files.exists(file)
                && Files.size(file) == original.size()
                && Files.getLastModifiedTime(file).equals(original.lastModifiedTime());
    }

    private static void copy(Path model, Path folder) {
        try {
            Files.walkFileTree(model, FOLLOWING, Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    var relative = model.relativize(file);
                    var name = file.getFileName().toString();
                    boolean trained = relative.startsWith(TRANSFORMER)
                            && (name.endsWith(".safetensors") || name.endsWith(".safetensors.index.json"));
                    var to = folder.resolve(relative);
                    if (!trained && !isCopy(to, attributes)) {
                        Files.createDirectories(to.getParent());
                        WholeFile.copy(file, to);
                        Files.setLastModifiedTime(to, attributes.lastModifiedTime());
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            Files.createDirectories(folder.resolve(TRANSFORMER));
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be written: " + Shown.reason(e), e);
        }
    }
}
