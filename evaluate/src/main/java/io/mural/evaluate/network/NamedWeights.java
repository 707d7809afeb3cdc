package io.mural.evaluate.network;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TorchArchive;
import java.nio.file.Path;
import java.util.List;

/** Tensors by name, whatever file they are in: safetensors, torch's own, or several of them together. */
interface NamedWeights extends AutoCloseable {
    /** The file, for messages. */
    String source();

    boolean has(String name);

    /** The sizes of a tensor; {@link InputException} if there is none of this name. */
    List<Long> shape(String name);

    /** The values of a tensor, row-major; {@link InputException} if there is none of this name. */
    float[] floats(String name);

    @Override
    void close();

    /** A safetensors file, or one of torch's by its ending. */
    static NamedWeights open(Path path) {
        return path.toString().endsWith(".pth") ? of(TorchArchive.open(path)) : of(Checkpoint.open(path));
    }

    static NamedWeights of(Checkpoint file) {
        return new NamedWeights() {
            @Override
            public String source() {
                return file.source().toString();
            }

            @Override
            public boolean has(String name) {
                return file.tensors().containsKey(name);
            }

            @Override
            public List<Long> shape(String name) {
                return file.info(name).shape();
            }

            @Override
            public float[] floats(String name) {
                return file.floats(name);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    static NamedWeights of(TorchArchive file) {
        return new NamedWeights() {
            @Override
            public String source() {
                return file.path().toString();
            }

            @Override
            public boolean has(String name) {
                return file.shapes().containsKey(name);
            }

            @Override
            public List<Long> shape(String name) {
                var shape = file.shapes().get(name);
                if (shape == null) {
                    throw new InputException(source() + ": has no tensor named " + name);
                }
                return shape;
            }

            @Override
            public float[] floats(String name) {
                return file.floats(name);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    /** Two files as one; where both have a name, the first counts. */
    static NamedWeights together(NamedWeights first, NamedWeights second) {
        return new NamedWeights() {
            @Override
            public String source() {
                return first.source() + " and " + second.source();
            }

            @Override
            public boolean has(String name) {
                return first.has(name) || second.has(name);
            }

            @Override
            public List<Long> shape(String name) {
                return (first.has(name) ? first : second).shape(name);
            }

            @Override
            public float[] floats(String name) {
                return (first.has(name) ? first : second).floats(name);
            }

            @Override
            public void close() {
                first.close();
                second.close();
            }
        };
    }
}
