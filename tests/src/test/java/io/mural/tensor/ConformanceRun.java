package io.mural.tensor;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The conformance suite without a test engine, for JVMs that are not the build's. */
public final class ConformanceRun {
    private static final List<Class<?>> SUITE = List.of(
            LinearConformanceTest.class,
            ElementwiseConformanceTest.class,
            NormConformanceTest.class,
            AttentionConformanceTest.class,
            PictureConformanceTest.class);

    private ConformanceRun() {}

    /** Runs the cases of the devices whose names begin like {@code device}; returns how many, or throws. */
    public static int on(String device) {
        int count = 0;
        for (var suite : SUITE) {
            for (var factory : factories(suite)) {
                for (var test : tests(suite, factory)) {
                    if (test.getDisplayName().contains(" on " + device)) {
                        run(test);
                        count++;
                    }
                }
            }
        }
        return count;
    }

    /** Makes the entries of all suites, and runs none. */
    static void make() {
        SUITE.forEach(suite -> factories(suite).forEach(factory -> tests(suite, factory)));
    }

    private static List<Method> factories(Class<?> suite) {
        return Arrays.stream(suite.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(TestFactory.class))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    private static List<DynamicTest> tests(Class<?> suite, Method factory) {
        try {
            var constructor = suite.getDeclaredConstructor();
            constructor.setAccessible(true);
            factory.setAccessible(true);
            return ((Stream<?>) factory.invoke(constructor.newInstance()))
                    .map(DynamicTest.class::cast)
                    .toList();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(suite + " " + factory, e);
        }
    }

    private static void run(DynamicTest test) {
        try {
            test.getExecutable().execute();
        } catch (Throwable e) {
            throw new AssertionError(test.getDisplayName() + ": " + e.getMessage(), e);
        }
    }
}
