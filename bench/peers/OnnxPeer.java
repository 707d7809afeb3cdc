import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.mural.weights.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * ONNX Runtime on the JVM as a peer of the benchmarks: reads a JSON request a line, answers with a JSON line. A tool for
 * developers, started from its source by {@code bench/run onnx}; nothing of mural needs it.
 */
public final class OnnxPeer {
    private static final String ENGINE = "onnxruntime float32";
    private static final int OPSET = 17;

    /** Writes a message of the ONNX format (onnx.proto). */
    private interface Message {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    public static void main(String[] args) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var threads = 1;
        var ready = "";
        OrtSession session = null;
        OnnxTensor x = null;
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var request = Json.parse("request", line);
            Object answer;
            if (request.string("op").equals("start")) {
                threads = request.integer("threads");
                answer = Map.of("version", "onnxruntime " + OrtEnvironment.getEnvironment().getVersion());
            } else if (!request.string("op").equals("gemm")) {
                answer = Map.of("engines", List.of());
            } else if (request.string("engine").equals("?")) {
                answer = Map.of("engines", List.of(ENGINE));
            } else {
                int m = request.integer("m");
                int k = request.integer("k");
                int n = request.integer("n");
                if (!ready.equals(m + ":" + k + ":" + n)) {
                    ready = m + ":" + k + ":" + n;
                    session = session(m, k, n, threads);
                    x = OnnxTensor.createTensor(
                            OrtEnvironment.getEnvironment(), FloatBuffer.wrap(uniform((long) m * k)), new long[] {m, k});
                }
                answer = Map.of("samples", measure(session, x, request.number("seconds"), threads));
            }
            System.out.println(Json.write(answer));
        }
    }

    private static List<Double> measure(OrtSession session, OnnxTensor x, double seconds, int threads)
            throws OrtException {
        var times = ManagementFactory.getThreadMXBean();
        LongSupplier clock = threads == 1 ? times::getCurrentThreadCpuTime : System::nanoTime;
        List<Double> samples = new ArrayList<>();
        long start = System.nanoTime();
        while (samples.isEmpty() || System.nanoTime() - start < seconds * 1e9) {
            long before = clock.getAsLong();
            session.run(Map.of("x", x)).close();
            samples.add((clock.getAsLong() - before) / 1e9);
        }
        return samples;
    }

    /** y = x w^T + b with w [n, k]. */
    private static OrtSession session(int m, int k, int n, int threads) throws IOException, OrtException {
        var node = bytes(out -> {
            for (var input : List.of("x", "w", "b")) {
                out.writeString(1, input);
            }
            out.writeString(2, "y");
            out.writeString(4, "Gemm");
            out.writeBytes(5, bytes(attribute -> {
                attribute.writeString(1, "transB");
                attribute.writeInt64(3, 1);
                attribute.writeEnum(20, 2);
            }));
        });
        var graph = bytes(out -> {
            out.writeBytes(1, node);
            out.writeString(2, "gemm");
            out.writeBytes(5, tensor("w", n, k));
            out.writeBytes(5, tensor("b", n));
            out.writeBytes(11, value("x", m, k));
            out.writeBytes(12, value("y", m, n));
        });
        var model = bytes(out -> {
            out.writeInt64(1, 8);
            out.writeBytes(7, graph);
            out.writeBytes(8, bytes(opset -> opset.writeInt64(2, OPSET)));
        });
        var options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        return OrtEnvironment.getEnvironment().createSession(model.toByteArray(), options);
    }

    private static ByteString tensor(String name, long... dims) throws IOException {
        long size = 1;
        for (long dim : dims) {
            size *= dim;
        }
        var data = ByteBuffer.allocate(Math.toIntExact(size * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(uniform(size));
        return bytes(out -> {
            for (long dim : dims) {
                out.writeInt64(1, dim);
            }
            out.writeInt32(2, 1);
            out.writeString(8, name);
            out.writeBytes(9, ByteString.copyFrom(data.array()));
        });
    }

    private static ByteString value(String name, long... dims) throws IOException {
        var shape = bytes(out -> {
            for (long dim : dims) {
                out.writeBytes(1, bytes(d -> d.writeInt64(1, dim)));
            }
        });
        var type = bytes(out -> {
            out.writeInt32(1, 1);
            out.writeBytes(2, shape);
        });
        return bytes(out -> {
            out.writeString(1, name);
            out.writeBytes(2, bytes(wrapped -> wrapped.writeBytes(1, type)));
        });
    }

    private static ByteString bytes(Message message) throws IOException {
        var output = ByteString.newOutput();
        var coded = CodedOutputStream.newInstance(output);
        message.writeTo(coded);
        coded.flush();
        return output.toByteString();
    }

    private static float[] uniform(long size) {
        var random = new Random(1);
        var values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
