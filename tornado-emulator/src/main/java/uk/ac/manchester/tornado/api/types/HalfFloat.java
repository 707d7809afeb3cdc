package uk.ac.manchester.tornado.api.types;

/** A 16-bit float of IEEE 754. Each operation rounds its result to the nearest one. */
public class HalfFloat {
    private final short bits;

    /** The nearest 16-bit float. */
    public HalfFloat(float value) {
        bits = Float.floatToFloat16(value);
    }

    /** The 16-bit float of these bits. */
    public HalfFloat(short bits) {
        this.bits = bits;
    }

    public static HalfFloat add(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() + b.getFloat32());
    }

    public static HalfFloat sub(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() - b.getFloat32());
    }

    public static HalfFloat mult(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() * b.getFloat32());
    }

    public static HalfFloat div(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() / b.getFloat32());
    }

    /** Its bits. */
    public short getHalfFloatValue() {
        return bits;
    }

    public float getFloat32() {
        return Float.float16ToFloat(bits);
    }
}
