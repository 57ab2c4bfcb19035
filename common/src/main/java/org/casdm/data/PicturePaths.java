package org.casdm.data;

import java.util.Locale;
import java.util.Set;

/**
 * What the relative paths of files in a folder or an archive mean. Files are selected by extension, whatever its case
 * (they are decoded by content, later); those whose name, or that of a folder on the way, begins with a dot
 * are ignored. When every picture lies in a folder of the first level, those folders are the classes, in the order
 * of their names; otherwise there are none.
 */
public final class PicturePaths {
    /** The extensions, for messages. */
    public static final String EXTENSION_LIST = ".jpg, .jpeg, .png, .webp, .bmp or .gif";

    private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "jpe", "png", "webp", "bmp", "gif");

    private PicturePaths() {}

    /** Whether a file of this relative path counts as a picture. */
    public static boolean isPicture(String relative) {
        return !isHidden(relative) && EXTENSIONS.contains(extension(relative));
    }

    /** Whether the file, or a folder on the way to it, is a hidden one. */
    public static boolean isHidden(String relative) {
        return relative.startsWith(".") || relative.contains("/.");
    }

    /** The name of the class that a picture belongs to where there are classes: the first folder of its path. */
    public static String className(String relative) {
        return relative.substring(0, relative.indexOf('/'));
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
