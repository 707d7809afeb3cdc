package io.mural.tensor.cpu.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs machine code of x86-64 instruction by instruction, so far as the kernels need it: on any processor, and with every
 * access to memory checked. It knows the encodings from Intel's manual and nothing of the assembler.
 */
final class Interpreter {
    private static final int RSP = 4;
    private static final long CODE_END = 0x7fff_0000L;

    private record Region(long from, ByteBuffer bytes, boolean writable) {}

    /** What the bytes of an instruction say of its operands. */
    private record Operands(int reg, int v, int rm, long address, boolean broadcast, int lanes) {
        boolean inMemory() {
            return rm < 0;
        }
    }

    private final byte[] code;
    private final long[] general = new long[16];
    private final int[][] vectors = new int[32][16];
    private final List<Region> regions = new ArrayList<>();
    private int at;
    private boolean zero;
    private long nextRegion = 0x10_0000;

    Interpreter(byte[] code) {
        this.code = code;
    }

    /** Memory that the code may touch; the address it sees. */
    long map(byte[] bytes, boolean writable) {
        long address = nextRegion + 16;
        regions.add(new Region(address, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), writable));
        nextRegion += 0x10_0000L + bytes.length;
        return address;
    }

    /** Calls the code with six arguments in registers and one on the stack. */
    void call(long... arguments) {
        int[] registers = {7, 6, 2, 1, 8, 9};
        for (int i = 0; i < registers.length; i++) {
            general[registers[i]] = arguments[i];
        }
        long stack = map(new byte[256], true);
        general[RSP] = stack + 128;
        write(general[RSP], 8, CODE_END);
        write(general[RSP] + 8, 8, arguments[6]);
        long[] kept = {3, 5, 12, 13, 14, 15};
        for (long register : kept) {
            general[(int) register] = 1000 + register;
        }
        at = 0;
        while (at >= 0) {
            step();
        }
        for (long register : kept) {
            if (general[(int) register] != 1000 + register) {
                throw new AssertionError("register " + register + " is not what the caller left there");
            }
        }
        if (general[RSP] != stack + 136) {
            throw new AssertionError("the stack is not as it was");
        }
    }

    // --- general registers ------------------------------------------------------------------------------------------

    private int next() {
        return code[at++] & 0xff;
    }

    private int nextInt() {
        int value = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        at += 4;
        return value;
    }

    private void step() {
        int first = next();
        switch (first) {
            case 0x62 -> evex();
            case 0xC5 -> {
                int b = next();
                if (code[at] == 0x77) {
                    next();
                } else {
                    vex(b >> 7 ^ 1, 0, 0, 1, b);
                }
            }
            case 0xC4 -> {
                int b = next();
                vex(b >> 7 ^ 1, b >> 6 & 1 ^ 1, b >> 5 & 1 ^ 1, b & 31, next());
            }
            case 0x75 -> jump(next() << 24 >> 24);
            case 0xC3 -> {
                if (read(general[RSP], 8) != CODE_END) {
                    throw new AssertionError("returns to nowhere");
                }
                general[RSP] += 8;
                at = -1;
            }
            default -> {
                boolean rex = first >> 4 == 4;
                general(rex ? first & 15 : 0, rex ? next() : first);
            }
        }
    }

    private void jump(int distance) {
        if (!zero) {
            at += distance;
        }
    }

    private void general(int rex, int opcode) {
        if (opcode >= 0x50 && opcode < 0x60) {
            int register = opcode & 7 | (rex & 1) << 3;
            if (opcode < 0x58) {
                general[RSP] -= 8;
                write(general[RSP], 8, general[register]);
            } else {
                general[register] = read(general[RSP], 8);
                general[RSP] += 8;
            }
            return;
        }
        if (opcode == 0x0F) {
            int second = next();
            if (second == 0x85) {
                int distance = nextInt();
                jump(distance);
                return;
            }
            require(second == 0x18, "opcode 0f " + Integer.toHexString(second));
            operands(rex >> 2 & 1, rex >> 1 & 1, rex & 1, 0, false, 1, 1);
            return;
        }
        require((rex & 8) != 0, "64 bits at opcode " + Integer.toHexString(opcode));
        if (opcode == 0x05) {
            general[0] += nextInt();
            return;
        }
        var o = operands(rex >> 2 & 1, rex >> 1 & 1, rex & 1, 0, false, 1, 1);
        switch (opcode) {
            case 0x8B -> general[o.reg()] = read(o.address(), 8);
            case 0x8D -> general[o.reg()] = o.address();
            case 0x89 -> {
                require(!o.inMemory(), "no store of a general register");
                general[o.rm()] = general[o.reg()];
            }
            case 0x01 -> general[o.rm()] += general[o.reg()];
            case 0x83 -> general[o.rm()] += next() << 24 >> 24;
            case 0x81 -> general[o.rm()] += nextInt();
            case 0xFF -> {
                require((o.reg() & 7) == 1, "dec");
                general[o.rm()]--;
                zero = general[o.rm()] == 0;
            }
            default -> throw new AssertionError("opcode " + Integer.toHexString(opcode));
        }
    }

    /** Reads ModRM and what follows it; upper bits of register numbers come from the prefix. */
    private Operands operands(int r, int x, int b, int v, boolean broadcast, int unit, int lanes) {
        int modRm = next();
        int reg = modRm >> 3 & 7 | r << 3;
        int mod = modRm >> 6;
        if (mod == 3) {
            return new Operands(reg, v, modRm & 7 | b << 3 | (unit > 1 ? x << 4 : 0), 0, false, lanes);
        }
        long address;
        if ((modRm & 7) == 4) {
            int sib = next();
            int index = sib >> 3 & 7 | x << 3;
            require(mod != 0 || (sib & 7) != 5, "a base");
            address = general[sib & 7 | b << 3] + (index == 4 ? 0 : general[index] << (sib >> 6));
        } else {
            require(mod != 0 || (modRm & 7) != 5, "a base");
            address = general[modRm & 7 | b << 3];
        }
        address += mod == 1 ? (next() << 24 >> 24) * unit : mod == 2 ? nextInt() : 0;
        return new Operands(reg, v, -1, address, broadcast, lanes);
    }

    // --- vectors ----------------------------------------------------------------------------------------------------

    private void vex(int r, int x, int b, int map, int last) {
        int opcode = next();
        require((last & 4) != 0, "256 bits");
        compute(last & 3, map, opcode, operands(r, x, b, ~last >> 3 & 15, false, 1, 8));
    }

    private void evex() {
        int p0 = next();
        int p1 = next();
        int p2 = next();
        int opcode = next();
        require((p2 >> 5 & 3) == 2 && (p2 & 0x87) == 0, "512 bits without a mask");
        boolean broadcast = (p2 & 0x10) != 0;
        int map = p0 & 7;
        boolean scalar = map == 2 && (opcode == 0x58 || opcode == 0x18);
        int r = p0 >> 7 ^ 1 | (p0 >> 4 & 1 ^ 1) << 1;
        int v = ~p1 >> 3 & 15 | (p2 >> 3 & 1 ^ 1) << 4;
        compute(
                p1 & 3,
                map,
                opcode,
                operands(r, p0 >> 6 & 1 ^ 1, p0 >> 5 & 1 ^ 1, v, broadcast, broadcast || scalar ? 4 : 64, 16));
    }

    private void compute(int prefix, int map, int opcode, Operands o) {
        int[] d = vectors[o.reg()];
        int[] v = vectors[o.v()];
        if (map == 1 && opcode == 0x11) {
            require(o.inMemory(), "a store");
            for (int i = 0; i < o.lanes(); i++) {
                write(o.address() + 4L * i, 4, d[i]);
            }
            return;
        }
        boolean one = o.broadcast() || map == 2 && (opcode == 0x58 || opcode == 0x18);
        int[] m = new int[16];
        for (int i = 0; i < o.lanes(); i++) {
            m[i] = o.inMemory() ? (int) read(o.address() + (one ? 0 : 4L * i), 4) : vectors[o.rm()][i];
        }
        int[] result = new int[16];
        for (int i = 0; i < o.lanes(); i++) {
            result[i] = lane(prefix << 16 | map << 8 | opcode, d[i], v[i], m[i]);
        }
        System.arraycopy(result, 0, d, 0, 16);
    }

    private static int lane(int instruction, int d, int v, int m) {
        return switch (instruction) {
            case 0x00110, 0x10258, 0x10218 -> m;
            case 0x101EF -> v ^ m;
            case 0x101FE -> v + m;
            case 0x101F5 -> (short) v * (short) m + (v >> 16) * (m >> 16);
            case 0x00159 -> bits(number(v) * number(m));
            case 0x102B8 -> bits(Math.fma(number(v), number(m), number(d)));
            case 0x0015B -> bits(m);
            case 0x20252 ->
                bits(number(d) + number(v & 0xffff0000) * number(m & 0xffff0000) + number(v << 16) * number(m << 16));
            case 0x10250 -> d + unsignedBySigned(v, m);
            default -> throw new AssertionError("instruction " + Integer.toHexString(instruction));
        };
    }

    private static int unsignedBySigned(int v, int m) {
        int sum = 0;
        for (int i = 0; i < 32; i += 8) {
            sum += (v >> i & 0xff) * (byte) (m >> i);
        }
        return sum;
    }

    private static float number(int bits) {
        return Float.intBitsToFloat(bits);
    }

    private static int bits(float number) {
        return Float.floatToRawIntBits(number);
    }

    // --- memory -----------------------------------------------------------------------------------------------------

    private Region region(long address, int bytes, boolean writes) {
        for (var region : regions) {
            long offset = address - region.from();
            if (offset >= 0 && offset + bytes <= region.bytes().limit() && (!writes || region.writable())) {
                return region;
            }
        }
        throw new AssertionError((writes ? "writes " : "reads ") + bytes + " bytes beyond its operands");
    }

    private long read(long address, int bytes) {
        var region = region(address, bytes, false);
        int offset = (int) (address - region.from());
        return bytes == 8 ? region.bytes().getLong(offset) : region.bytes().getInt(offset);
    }

    private void write(long address, int bytes, long value) {
        var region = region(address, bytes, true);
        int offset = (int) (address - region.from());
        if (bytes == 8) {
            region.bytes().putLong(offset, value);
        } else {
            region.bytes().putInt(offset, (int) value);
        }
    }

    private static void require(boolean right, String what) {
        if (!right) {
            throw new AssertionError("expected " + what);
        }
    }
}
