package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mural.cli.tornado.InstalledSdk;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The emulator declares nothing that TornadoVM does not: every public type and member of its API is in the SDK, alike.
 * What compiles against the emulator then links against TornadoVM.
 */
class SignatureTest {
    private static final String TORNADO = "uk.ac.manchester.tornado.";
    private static final Path CLASSES = Path.of("..", "tornado-emulator", "target", "classes");

    @Test
    void declaresWhatTornadoVmDeclares() throws Exception {
        assertThat(differences(InstalledSdk.module("tornado-api"), "api.", 200)).isEmpty();
    }

    /** Modules of their own: SDKs may come without them. */
    @ParameterizedTest
    @ValueSource(strings = {"cublas", "cudnn"})
    void declaresWhatTheModulesOfLibrariesDeclare(String library) throws Exception {
        Path module = InstalledSdk.module("tornado-" + library);
        if (!Files.exists(module)) {
            System.out.println("skipped, the SDK has no " + module.getFileName());
        }
        assumeThat(module).exists();
        assertThat(differences(module, library + ".", 1)).isEmpty();
    }

    private static List<String> differences(Path module, String prefix, int least) throws Exception {
        URL[] jars = {
            module.toUri().toURL(), InstalledSdk.module("tornado-api").toUri().toURL()
        };
        List<String> differences = new ArrayList<>();
        int members = 0;
        try (var loader = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader())) {
            for (var name : publicTypes(TORNADO + prefix)) {
                var ours = Class.forName(name, false, SignatureTest.class.getClassLoader());
                try {
                    var theirs = Class.forName(name, false, loader);
                    members += compare(ours, theirs, differences);
                } catch (ClassNotFoundException e) {
                    differences.add(name + ": not in TornadoVM");
                }
            }
        }
        assertThat(members).isGreaterThan(least);
        return differences;
    }

    private static List<String> publicTypes(String prefix) throws IOException, ClassNotFoundException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(CLASSES.resolve(prefix.replace('.', '/')))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                var name = CLASSES.relativize(file).toString().replace('/', '.').replaceFirst("\\.class$", "");
                var type = Class.forName(name, false, SignatureTest.class.getClassLoader());
                if (Modifier.isPublic(type.getModifiers())) {
                    names.add(name);
                }
            }
        }
        assertThat(names).isNotEmpty();
        return names;
    }

    /** Compares all that programs can see of a type; returns how many members those are. */
    private static int compare(Class<?> ours, Class<?> theirs, List<String> differences) throws Exception {
        var name = ours.getName();
        if (ours.isInterface() != theirs.isInterface() || ours.isEnum() != theirs.isEnum()) {
            differences.add(name + ": another kind of type in TornadoVM");
        }
        for (var parent : parents(ours)) {
            if (!names(parents(theirs)).contains(parent.getName())) {
                differences.add(name + ": is no " + parent.getName() + " in TornadoVM");
            }
        }
        int members = 0;
        for (var method : ours.getDeclaredMethods()) {
            if (isVisible(method)) {
                members++;
                same(method, theirs(theirs, method), differences);
            }
        }
        for (var constructor : ours.getDeclaredConstructors()) {
            if (isVisible(constructor)) {
                members++;
                same(constructor, theirs(theirs, constructor), differences);
            }
        }
        for (var field : ours.getDeclaredFields()) {
            if (isVisible(field)) {
                members++;
                same(field, theirs(theirs, field), differences);
            }
        }
        return members;
    }

    private static boolean isVisible(Member member) {
        return Modifier.isPublic(member.getModifiers()) && !member.isSynthetic();
    }

    /** The API's own types a type extends or implements. */
    private static List<Class<?>> parents(Class<?> type) {
        return Stream.concat(Stream.ofNullable(type.getSuperclass()), Arrays.stream(type.getInterfaces()))
                .flatMap(parent -> Stream.concat(Stream.of(parent), parents(parent).stream()))
                .filter(parent -> parent.getName().startsWith(TORNADO)
                        || parent == AutoCloseable.class
                        || Throwable.class.isAssignableFrom(parent))
                .toList();
    }

    private static List<String> names(List<Class<?>> types) {
        return types.stream().map(Class::getName).toList();
    }

    private static Method theirs(Class<?> type, Method ours) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !method.isSynthetic() && signature(method).equals(signature(ours)))
                .findFirst()
                .orElse(null);
    }

    private static Constructor<?> theirs(Class<?> type, Constructor<?> ours) {
        return Arrays.stream(type.getConstructors())
                .filter(constructor -> signature(constructor).equals(signature(ours)))
                .findFirst()
                .orElse(null);
    }

    private static Field theirs(Class<?> type, Field ours) {
        return Arrays.stream(type.getFields())
                .filter(field -> field.getName().equals(ours.getName()))
                .findFirst()
                .orElse(null);
    }

    /** Name and parameters, generic ones too. */
    private static String signature(Executable executable) {
        return executable.getName()
                + Arrays.toString(executable.getTypeParameters())
                + Arrays.toString(executable.getGenericParameterTypes());
    }

    private static void same(Executable ours, Executable theirs, List<String> differences) {
        if (theirs == null) {
            differences.add(ours + ": not in TornadoVM");
            return;
        }
        boolean sameReturn = !(ours instanceof Method method)
                || method.getGenericReturnType()
                        .toString()
                        .equals(((Method) theirs).getGenericReturnType().toString());
        boolean sameKind = Modifier.isStatic(ours.getModifiers()) == Modifier.isStatic(theirs.getModifiers());
        boolean sameThrows =
                names(List.of(ours.getExceptionTypes())).equals(names(List.of(theirs.getExceptionTypes())));
        if (!sameReturn || !sameKind || !sameThrows) {
            differences.add(ours + ": in TornadoVM " + theirs);
        }
    }

    private static void same(Field ours, Field theirs, List<String> differences) throws IllegalAccessException {
        boolean alike = theirs != null
                && ours.getType().getName().equals(theirs.getType().getName())
                && Modifier.isStatic(ours.getModifiers()) == Modifier.isStatic(theirs.getModifiers())
                && Modifier.isFinal(ours.getModifiers()) == Modifier.isFinal(theirs.getModifiers());
        if (!alike) {
            differences.add(ours + ": in TornadoVM " + theirs);
        } else if (Modifier.isStatic(ours.getModifiers()) && ours.getType().isPrimitive()) {
            // A constant is part of the classes that use it.
            if (!ours.get(null).equals(theirs.get(null))) {
                differences.add("%s is %s, in TornadoVM %s".formatted(ours, ours.get(null), theirs.get(null)));
            }
        }
    }
}
