package io.mural.cli.console;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;

/** What can be wrong before a command runs. Only the JDK is used here: other classes may not be there. */
public final class Start {
    private static final String REPLACEMENT = "\ufffd";

    private Start() {}

    /**
     * Why arguments cannot be taken as they came, or empty: in the encoding ASCII the JVM reads all other characters as
     * replacements, and would take a prompt for another.
     */
    public static String unreadable(String encoding, String... args) {
        boolean ascii = encoding.equals("ANSI_X3.4-1968") || encoding.equals("US-ASCII") || encoding.equals("646");
        for (String arg : args) {
            if (ascii && arg.contains(REPLACEMENT)) {
                return "the locale cannot spell the command line: set LC_ALL=C.UTF-8 and run this again";
            }
        }
        return "";
    }

    /** Why the program failed outside of its commands, in one line. */
    public static String failure(Throwable e) {
        if (e instanceof LinkageError) {
            return "cannot start: " + missing() + " (" + e + ")";
        }
        return "a fault in mural, please report it: " + e;
    }

    /** A class is not found when its file is not there, and also when no more files can be opened. */
    private static String missing() {
        String jar = System.getProperty("java.class.path").split(File.pathSeparator)[0];
        try (var _ = new FileInputStream(jar)) {
            return "a part of the program is missing, build it again";
        } catch (IOException e) {
            return e.getMessage() + "; raise the limit of open files (ulimit -n) or look for what is missing";
        }
    }
}
