package uk.ac.manchester.tornado.api.math;

/** Functions that have an instruction or a library function on every device. */
public class TornadoMath {
    private TornadoMath() {}

    public static float min(float a, float b) {
        return Math.min(a, b);
    }

    public static float max(float a, float b) {
        return Math.max(a, b);
    }

    public static float abs(float a) {
        return Math.abs(a);
    }

    public static float clamp(float value, float min, float max) {
        return Math.clamp(value, min, max);
    }

    public static double min(double a, double b) {
        return Math.min(a, b);
    }

    public static double max(double a, double b) {
        return Math.max(a, b);
    }

    public static double abs(double a) {
        return Math.abs(a);
    }

    public static double clamp(double value, double min, double max) {
        return Math.clamp(value, min, max);
    }

    public static long min(long a, long b) {
        return Math.min(a, b);
    }

    public static long max(long a, long b) {
        return Math.max(a, b);
    }

    public static long abs(long a) {
        return Math.abs(a);
    }

    public static long clamp(long value, long min, long max) {
        return Math.clamp(value, min, max);
    }

    public static int min(int a, int b) {
        return Math.min(a, b);
    }

    public static int max(int a, int b) {
        return Math.max(a, b);
    }

    public static int abs(int a) {
        return Math.abs(a);
    }

    public static int clamp(int value, int min, int max) {
        return Math.clamp(value, min, max);
    }

    public static float exp(float value) {
        return (float) Math.exp(value);
    }

    public static float log(float value) {
        return (float) Math.log(value);
    }

    public static float sqrt(float value) {
        return (float) Math.sqrt(value);
    }

    public static float tanh(float value) {
        return (float) Math.tanh(value);
    }

    public static float sin(float value) {
        return (float) Math.sin(value);
    }

    public static float cos(float value) {
        return (float) Math.cos(value);
    }

    public static float floor(float value) {
        return (float) Math.floor(value);
    }

    public static float ceil(float value) {
        return (float) Math.ceil(value);
    }

    public static float pow(float a, float b) {
        return (float) Math.pow(a, b);
    }
}
