package org.casdm.data;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.casdm.failure.DataException;

/**
 * The names of local files. Java turns their bytes into characters and back by the charset of the locale that its
 * process was started in, and no option of Java changes that. A name that does not survive this cannot be opened, and
 * Hadoop leaves it out of its listings without a word.
 */
public final class FileNames {

    /** What Java puts in the place of bytes that the charset has no character for. */
    private static final char REPLACED = '\uFFFD';

    private FileNames() {}

    /** The charset of this process for the names of files. */
    public static Charset charset() {
        return Charset.forName(System.getProperty("sun.jnu.encoding"));
    }

    /** Whether names of all characters can be used in a process of that charset. */
    public static boolean anyNameWorks(Charset charset) {
        return charset.equals(StandardCharsets.UTF_8);
    }

    /** Whether bytes that are no character in the charset were replaced in the text. */
    public static boolean wasReplaced(String text) {
        return text.indexOf(REPLACED) >= 0;
    }

    /** Whether a file that has been listed can be opened by its name as a text. */
    public static boolean survives(Path listed) {
        var name = listed.toString();
        try {
            return !wasReplaced(name) || Files.exists(Path.of(name), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * Fails where a name is not found because of the process's charset.
     *
     * @param name    of a file or folder
     * @param charset of the process
     * @throws DataException if the name has other characters than those of ASCII, and the charset is not UTF-8
     */
    public static void requireUtf8(String name, Charset charset) throws DataException {
        if (!anyNameWorks(charset) && !StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
            throw new DataException(name + ": its name cannot be used in a process whose locale has the charset "
                    + charset + ". Set LC_ALL=C.UTF-8 in the environment (for executors: spark.executorEnv.LC_ALL)");
        }
    }
}
