package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.picture.TestPictures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderImageSetTest {
    private static final ReadOptions SIZE_16 = ReadOptions.ofSize(16);

    private final Configuration hadoop = new Configuration();
    private final ImageSetFinder finder = new ImageSetFinder(hadoop);

    @TempDir
    private Path folder;

    @Test
    void classesAreTheFoldersOfTheFirstLevel() throws Exception {
        put("zebra/a.JPG", "rgb.jpg");
        put("ant/deep/er/b.png", "rgb.png");
        put("ant-eater/c.webp", "lossless.webp");
        put("ant/.hidden/d.png", "rgb.png");
        put("ant/._e.png", "rgb.png");
        Files.writeString(folder.resolve("ant/notes.txt"), "no picture");
        ImageSet set = finder.find(folder.toString(), ImageFormat.AUTO);
        assertThat(set.format()).isEqualTo(ImageFormat.FOLDER);
        assertThat(set.count()).isEqualTo(3);
        assertThat(set.classNames()).containsExactly("ant", "ant-eater", "zebra");
        assertThat(set.summary()).contains("3 image files", "3 classes", "3 other files left aside");
        try (ImageReader reader = set.open(hadoop, SIZE_16)) {
            assertThat(List.of(reader.id(0), reader.id(1), reader.id(2)))
                    .containsExactly(
                            folder + "/ant-eater/c.webp", folder + "/ant/deep/er/b.png", folder + "/zebra/a.JPG");
            assertThat(new int[] {reader.label(0), reader.label(1), reader.label(2)})
                    .containsExactly(1, 0, 2);
            byte[] pixels = new byte[768];
            reader.read(2, pixels, 0);
            assertThat(pixels).isNotEqualTo(new byte[768]);
            assertThatThrownBy(() -> reader.read(3, pixels, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void oneImageBesideTheFoldersMeansNoClasses() throws Exception {
        put("ant/a.png", "rgb.png");
        put("b.png", "rgb.png");
        ImageSet set = finder.find(folder.toUri().toString(), ImageFormat.FOLDER);
        assertThat(set.labelled()).isFalse();
        try (ImageReader reader = set.open(hadoop, SIZE_16)) {
            assertThat(reader.label(0)).isEqualTo(ImageReader.NO_LABEL);
        }
    }

    @Test
    void namesThatAreHardOnPaths() throws Exception {
        for (String name : new String[] {"50% off.png", "a b.png", "10:30.png", "ä#?.png", "[x]{y}*.png"}) {
            put(name, "rgb.png");
        }
        for (String location :
                new String[] {folder.toString(), folder + "/", folder.toUri().toString()}) {
            ImageSet set = finder.find(location, ImageFormat.AUTO);
            assertThat(set.count()).isEqualTo(5);
            try (ImageReader reader = set.open(hadoop, SIZE_16)) {
                for (int i = 0; i < 5; i++) {
                    reader.read(i, new byte[768], 0);
                }
            }
        }
    }

    @Test
    void theDescriptionTravels() throws Exception {
        new DrawnImages(1, 16).write(FileSystem.getLocal(hadoop), new org.apache.hadoop.fs.Path(folder.toUri()), 5);
        ImageSet set = finder.find(folder.toString(), ImageFormat.AUTO);
        var bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(set);
        var copy = (ImageSet) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(copy.summary()).isEqualTo(set.summary());
        assertThat(copy.classNames()).containsExactly("disc", "ring", "square");
        try (ImageReader reader = copy.open(hadoop, SIZE_16)) {
            byte[] pixels = new byte[768];
            reader.read(0, pixels, 0);
            assertThat(reader.id(0)).endsWith("disc/000000.png");
            assertThat(pixels).isEqualTo(new DrawnImages(1, 16).pixels(0));
        }
    }

    @Test
    void theCacheSparesReadingAndKeepsToItsLimit() throws Exception {
        new DrawnImages(1, 16).write(FileSystem.getLocal(hadoop), new org.apache.hadoop.fs.Path(folder.toUri()), 6);
        ImageSet set = finder.find(folder.toString(), ImageFormat.AUTO);
        // 1 MiB holds five pictures of 256 x 256 x 3 and no sixth.
        try (ImageReader reader = set.open(hadoop, ReadOptions.ofSize(256).withCacheMib(1))) {
            byte[][] pixels = new byte[6][196_608];
            for (int i = 0; i < 6; i++) {
                reader.read(i, pixels[i], 0);
            }
            assertThat(((CachingImageReader) reader).size()).isEqualTo(5);
            Files.delete(folder.resolve("disc/000000.png"));
            byte[] again = new byte[196_609];
            reader.read(0, again, 1);
            assertThat(Arrays.copyOfRange(again, 1, again.length)).isEqualTo(pixels[0]);
        }
        try (ImageReader reader = set.open(hadoop, SIZE_16)) {
            assertThatThrownBy(() -> reader.read(0, new byte[768], 0))
                    .isInstanceOf(BadImageException.class)
                    .hasMessageContaining("gone since");
        }
    }

    @Test
    void threadsShareAReader() throws Exception {
        var drawn = new DrawnImages(3, 16);
        drawn.write(FileSystem.getLocal(hadoop), new org.apache.hadoop.fs.Path(folder.toUri()), 12);
        ImageSet set = finder.find(folder.toString(), ImageFormat.AUTO);
        var executor = Executors.newFixedThreadPool(4);
        try (ImageReader reader = set.open(hadoop, SIZE_16.withCacheMib(1))) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int task = 0; task < 200; task++) {
                int index = task % 12;
                tasks.add(() -> {
                    byte[] pixels = new byte[768];
                    reader.read(index, pixels, 0);
                    String id = reader.id(index);
                    int number = Integer.parseInt(id.substring(id.length() - 10, id.length() - 4));
                    return Arrays.equals(pixels, drawn.pixels(number));
                });
            }
            for (var result : executor.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void emptyMissingAndForeignPlaces() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "no picture");
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no images (1 other files)");
        assertThatThrownBy(() -> finder.find(folder + "/nowhere", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("nowhere does not exist");
        assertThatThrownBy(() -> finder.find(folder + "/notes.txt", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("neither a CIFAR file");
        assertThatThrownBy(() -> finder.find(folder + "/notes.txt", ImageFormat.FOLDER))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is a file");
        assertThatThrownBy(() -> finder.find("nosuch://bucket/x", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no file system for \"nosuch:\"");
        assertThatThrownBy(() -> finder.find("", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is no path");
        assertThatThrownBy(() -> ImageFormat.of("tiff")).hasMessageContaining("auto, folder, cifar10, cifar100, idx");
    }

    @Test
    void whatObjectStoresRefuse() {
        hadoop.setClass("fs.denied.impl", Denied.class, FileSystem.class);
        hadoop.setClass("fs.bucketless.impl", Bucketless.class, FileSystem.class);
        hadoop.setClass("fs.broken.impl", Broken.class, FileSystem.class);
        assertThatThrownBy(() -> finder.find("denied://bucket/x", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("denied://bucket/x: access denied")
                .hasMessageContaining("credentials");
        assertThatThrownBy(() -> finder.find("bucketless://lost/x", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("there is no bucket \"lost\"");
        assertThatThrownBy(() -> finder.find("broken://bucket/x", ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken://bucket/x cannot be read: java.io.IOException: connection reset");
    }

    @Test
    void aStorageErrorIsNotABadImage() throws Exception {
        put("a.png", "rgb.png");
        hadoop.setClass("fs.broken.impl", Broken.class, FileSystem.class);
        hadoop.setClass("fs.denied.impl", Denied.class, FileSystem.class);
        var path = new org.apache.hadoop.fs.Path("broken://bucket/a.png");
        assertThatThrownBy(() -> Storage.bytes(path, 3, hadoop))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("connection reset");
        var denied = new org.apache.hadoop.fs.Path("denied://bucket/a.png");
        assertThatThrownBy(() -> Storage.bytes(denied, 3, hadoop)).isExactlyInstanceOf(DataException.class);
        assertThat(Storage.isMissing(new FileNotFoundException("/x (Permission denied)")))
                .isFalse();
    }

    private void put(String name, String resource) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, TestPictures.bytes("decode/" + resource));
    }

    /** A file system that fails in one way at everything. */
    public abstract static class Failing extends RawLocalFileSystem {
        private final String scheme;

        Failing(String scheme) {
            this.scheme = scheme;
        }

        abstract IOException failure(String path);

        @Override
        public URI getUri() {
            return URI.create(scheme + "://any");
        }

        @Override
        protected void checkPath(org.apache.hadoop.fs.Path path) {
            // Every bucket is this one's.
        }

        @Override
        public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
            throw failure(path.toString());
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
            throw failure(path.toString());
        }
    }

    /** Refuses access as S3A does. */
    public static final class Denied extends Failing {
        public Denied() {
            super("denied");
        }

        @Override
        IOException failure(String path) {
            return new AccessDeniedException(path, null, "403 Forbidden");
        }
    }

    /** Knows no bucket, with an error called as S3A's is. */
    public static final class Bucketless extends Failing {
        public Bucketless() {
            super("bucketless");
        }

        @Override
        IOException failure(String path) {
            return new UnknownStoreException(path);
        }
    }

    /** Loses its connections. */
    public static final class Broken extends Failing {
        public Broken() {
            super("broken");
        }

        @Override
        IOException failure(String path) {
            return new IOException("connection reset");
        }
    }

    private static final class UnknownStoreException extends IOException {
        private static final long serialVersionUID = 1L;

        UnknownStoreException(String path) {
            super(path);
        }
    }
}
