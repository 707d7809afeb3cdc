package io.mural.layering;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a class file says about itself.
 *
 * @param name binary name, such as {@code io.mural.tensor.Ops$1}
 * @param types binary names of the classes it refers to in code, fields, signatures and annotations
 * @param members fields and methods it uses, such as {@code java.lang.System.exit}
 * @param strings constant texts, the fixed parts of concatenations among them
 */
record CompiledClass(String name, Set<String> types, Set<String> members, Set<String> strings) {
    /** Class names inside a descriptor or a generic signature. */
    private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w$]+(?:/[\\w$]+)+)[;<]");

    /** All classes under a folder of class files. */
    static List<CompiledClass> in(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .map(CompiledClass::read)
                    .toList();
        }
    }

    static CompiledClass parse(byte[] classFile) {
        return of(ClassFile.of().parse(classFile));
    }

    private static CompiledClass read(Path file) {
        try {
            return of(ClassFile.of().parse(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static CompiledClass of(ClassModel model) {
        var types = new TreeSet<String>();
        var members = new TreeSet<String>();
        var strings = new TreeSet<String>();
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> addInternalName(types, type.asInternalName());
                case Utf8Entry text -> addDescriptor(types, text.stringValue());
                case MemberRefEntry member ->
                    members.add(dotted(member.owner().asInternalName()) + "."
                            + member.name().stringValue());
                case StringEntry text -> strings.add(text.stringValue());
                default -> {}
            }
        }
        return new CompiledClass(dotted(model.thisClass().asInternalName()), types, members, strings);
    }

    /** A package's name; a class belongs to the package of the class around it. */
    static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }

    String packageName() {
        return packageOf(name);
    }

    /** The name of the file's top-level class. */
    String outermost() {
        int dollar = name.indexOf('$');
        return dollar < 0 ? name : name.substring(0, dollar);
    }

    private static void addInternalName(Set<String> types, String name) {
        if (name.startsWith("[")) {
            addDescriptor(types, name);
        } else {
            types.add(dotted(name));
        }
    }

    private static void addDescriptor(Set<String> types, String text) {
        var names = IN_DESCRIPTOR.matcher(text);
        while (names.find()) {
            types.add(dotted(names.group(1)));
        }
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }
}
