package io.mural.weights.file;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads the part of Python's pickle format that describes tensors (dictionaries, lists, tuples, texts, numbers, tensors
 * over storages) and nothing else. No name in the file is ever looked up or called: what is not on a short list is
 * refused by its name.
 */
final class PickledData {
    private static final Object MARK = new Object();
    private static final Map<String, DType> STORAGES = Map.of(
            "torch DoubleStorage", DType.F64,
            "torch FloatStorage", DType.F32,
            "torch HalfStorage", DType.F16,
            "torch BFloat16Storage", DType.BF16,
            "torch LongStorage", DType.I64,
            "torch IntStorage", DType.I32,
            "torch ShortStorage", DType.I16,
            "torch CharStorage", DType.I8,
            "torch ByteStorage", DType.U8,
            "torch BoolStorage", DType.BOOL);
    private static final String REBUILD = "torch._utils _rebuild_tensor_v2";
    /** Before torch 0.4: the same without what it needs to be differentiated. */
    private static final String REBUILD_OLD = "torch._utils _rebuild_tensor";

    private static final String PARAMETER = "torch._utils _rebuild_parameter";
    private static final List<String> CALLED = List.of(REBUILD, REBUILD_OLD, PARAMETER, "collections OrderedDict");
    private static final String ORDERED = "collections OrderedDict";
    private static final int MOST_OBJECTS = 1 << 22;

    private final String source;
    private final ByteBuffer in;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private final Map<String, Storage> storages = new HashMap<>();

    /** A name that the file mentions and that is on the list. */
    private record Global(String name) {}

    /** Where elements stand in the archive. */
    record Storage(DType dtype, String key, long elements) {}

    /**
     * A tensor over a storage.
     *
     * @param offset of its first element
     * @param strides between elements along each side, in elements
     */
    record StoredTensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

    PickledData(String source, byte[] pickle) {
        this(source, ByteBuffer.wrap(pickle));
    }

    /** @param in is left after the data */
    PickledData(String source, ByteBuffer in) {
        this.source = source;
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The storages that tensors mention, by key. */
    Map<String, Storage> storages() {
        return storages;
    }

    /** The object that the data describe. */
    Object read() {
        try {
            while (true) {
                int code = in.get() & 0xff;
                if (code == '.') {
                    return stack.pop();
                }
                step(code);
                if (stack.size() > MOST_OBJECTS || memo.size() > MOST_OBJECTS) {
                    throw new InputException(source + ": describes too many objects for a file of weights");
                }
            }
        } catch (BufferUnderflowException | NoSuchElementException | ClassCastException e) {
            throw new InputException(source + ": its description of the tensors is damaged", e);
        }
    }

    private void step(int code) {
        switch (code) {
            case 0x80 -> in.get();
            case 0x95 -> in.getLong();
            case 'c' -> stack.push(global(line(), line()));
            case 0x93 -> {
                var name = (String) stack.pop();
                stack.push(global((String) stack.pop(), name));
            }
            case '(' -> stack.push(MARK);
            case ')' -> stack.push(List.of());
            case ']' -> stack.push(new ArrayList<>());
            case '}' -> stack.push(new LinkedHashMap<>());
            case 't' -> stack.push(toMark());
            case 0x85 -> stack.push(top(1));
            case 0x86 -> stack.push(top(2));
            case 0x87 -> stack.push(top(3));
            case 'a' -> append(top(1));
            case 'e' -> append(toMark());
            case 's' -> put(top(2));
            case 'u' -> put(toMark());
            case 'X' -> stack.push(text(in.getInt()));
            case 0x8c -> stack.push(text(in.get() & 0xff));
            case 'K' -> stack.push((long) (in.get() & 0xff));
            case 'M' -> stack.push((long) (in.getShort() & 0xffff));
            case 'J' -> stack.push((long) in.getInt());
            case 0x8a -> stack.push(number(in.get() & 0xff));
            case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'N' -> stack.push(Optional.empty());
            case 'q' -> memo.put(in.get() & 0xff, stack.element());
            case 'r' -> memo.put(in.getInt(), stack.element());
            case 0x94 -> memo.put(memo.size(), stack.element());
            case 'h' -> stack.push(remembered(in.get() & 0xff));
            case 'j' -> stack.push(remembered(in.getInt()));
            case 'R' -> reduce();
            case 'b' -> build();
            case 'Q' -> stack.push(storage((List<?>) stack.pop()));
            default ->
                throw new InputException(source + ": holds the pickle instruction 0x" + Integer.toHexString(code)
                        + ", which no description of tensors needs; it is not read");
        }
    }

    private Global global(String module, String name) {
        var full = module + " " + name;
        if (!CALLED.contains(full) && !STORAGES.containsKey(full)) {
            throw new InputException(source + ": asks for " + Shown.text(module + "." + name)
                    + ", which is code and not data; mural never runs code from a file, get the model as .safetensors");
        }
        return new Global(full);
    }

    /** What OrderedDict and tensors are made of; nothing else can be called. */
    private void reduce() {
        var arguments = (List<?>) stack.pop();
        var called = (Global) stack.pop();
        if (called.name().equals(ORDERED)) {
            var map = new LinkedHashMap<Object, Object>();
            for (var pairs : arguments) {
                ((List<?>) pairs).forEach(pair -> map.put(((List<?>) pair).get(0), ((List<?>) pair).get(1)));
            }
            stack.push(map);
        } else if (called.name().equals(PARAMETER) && arguments.getFirst() instanceof StoredTensor tensor) {
            stack.push(tensor);
        } else if (called.name().startsWith(REBUILD_OLD) && arguments.size() >= 4) {
            stack.push(new StoredTensor(
                    (Storage) arguments.get(0), (Long) arguments.get(1), longs((List<?>) arguments.get(2)), longs((List<
                                    ?>)
                            arguments.get(3))));
        } else {
            throw new InputException(source + ": calls " + called.name() + ", which is no tensor");
        }
    }

    /** State of an ordered dictionary, such as the versions of modules: of no use here. */
    private void build() {
        stack.pop();
        if (!(stack.element() instanceof Map)) {
            throw new InputException(source + ": gives state to an object that is no dictionary");
        }
    }

    private Storage storage(List<?> id) {
        if (id.size() < 5 || !"storage".equals(id.get(0)) || !(id.get(1) instanceof Global type)) {
            throw new InputException(source + ": refers to something outside that is no storage of a tensor");
        }
        var dtype = STORAGES.get(type.name());
        if (dtype == null || !((String) id.get(2)).matches("[\\w.-]{1,64}")) {
            throw new InputException(source + ": refers to a storage of an unknown kind");
        }
        if (id.size() > 5 && !id.get(5).equals(Optional.empty())) {
            throw new InputException(source + ": holds a storage that is part of another, as torch wrote before 0.4;"
                    + " save it again with a current torch");
        }
        var storage = new Storage(dtype, (String) id.get(2), (Long) id.get(4));
        storages.put(storage.key(), storage);
        return storage;
    }

    private static List<Long> longs(List<?> values) {
        return values.stream().map(Long.class::cast).toList();
    }

    private Object remembered(int index) {
        var object = memo.get(index);
        if (object == null) {
            throw new InputException(source + ": its description of the tensors is damaged");
        }
        return object;
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> values) {
        ((List<Object>) stack.element()).addAll(values);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> pairs) {
        var map = (Map<Object, Object>) stack.element();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            map.put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private List<Object> top(int count) {
        var values = new ArrayList<Object>();
        for (int i = 0; i < count; i++) {
            values.addFirst(stack.pop());
        }
        return values;
    }

    private List<Object> toMark() {
        var values = new ArrayDeque<Object>();
        for (var value = stack.pop(); !value.equals(MARK); value = stack.pop()) {
            values.addFirst(value);
        }
        return new ArrayList<>(values);
    }

    private String text(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new InputException(source + ": its description of the tensors is damaged");
        }
        var bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        var line = new StringBuilder();
        for (char c = (char) (in.get() & 0xff); c != '\n'; c = (char) (in.get() & 0xff)) {
            line.append(c);
        }
        return line.toString();
    }

    /** A little-endian number of up to eight bytes. */
    private long number(int length) {
        if (length > Long.BYTES) {
            throw new InputException(source + ": holds a number of " + length + " bytes, which no size has");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) (in.get() & 0xff) << 8 * i;
        }
        int unused = 64 - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }
}
