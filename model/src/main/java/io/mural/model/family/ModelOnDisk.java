package io.mural.model.family;

import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.LoraFile;
import io.mural.tensor.DType;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import io.mural.weights.stream.WeightBlocks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of a picture model: what is the same for every family. It owns them until it is closed. */
abstract class ModelOnDisk implements PictureModel {
    private final ModelParts parts;
    private final Loras loras;
    private final Part transformer;
    private final List<Part> all;
    private final Lazy<Weights> unadapted = new Lazy<>(this::widened);
    private final Lazy<Weights> transformerWeights = new Lazy<>(this::adapted);

    /**
     * @param parts where its files are; closed with it
     * @param transformer the part that is the transformer
     * @param others the parts beside it
     */
    ModelOnDisk(ModelParts parts, List<LoraFile> loras, Part transformer, Part... others) {
        this.parts = parts;
        this.loras = new Loras(loras);
        this.transformer = transformer;
        this.all = Stream.concat(Stream.of(transformer), Stream.of(others)).toList();
    }

    final ModelParts parts() {
        return parts;
    }

    /** The transformer; building it merges the LoRAs that are to be merged. */
    abstract Object transformer();

    private Weights adapted() {
        return loras.apply(unadapted.get());
    }

    private Weights widened() {
        return widened(parts.weights(transformer), loras);
    }

    /** The transformer's tensors before LoRAs are applied; some families' LoRAs make layers wider. */
    Weights widened(Weights weights, Loras adapters) {
        return weights;
    }

    /** The transformer's tensors, with the LoRAs that the model was opened with. */
    public final Weights transformerWeights() {
        return transformerWeights.get();
    }

    /** The transformer's tensors with the hierarchical LoRA beside them; style LoRAs hold for all tokens. */
    final Weights beside(HierarchicalLora lora) {
        return loras.beside(transformerWeights(), lora.file(), lora.scale());
    }

    @Override
    public final Optional<Path> hierarchicalLora() {
        return parts.hierarchicalLora();
    }

    /** That of the transformer's file: diffusers draws noise in the transformer's own format. */
    @Override
    public final DType noiseDtype() {
        return parts.weights(transformer).dtype();
    }

    @Override
    public final long bytes() {
        return parts.bytes(all);
    }

    @Override
    public final String fingerprint() {
        return parts.fingerprint(all);
    }

    @Override
    public final WeightBlocks transformerBlocks() {
        return parts.transformerBlocks(transformer);
    }

    @Override
    public final long mergedBytes() {
        return loras.mergedBytes(unadapted.get());
    }

    @Override
    public final List<String> applyLoras() {
        transformer();
        return loras.notes(unadapted.get());
    }

    @Override
    public final void close() {
        loras.close();
        parts.close();
    }
}
