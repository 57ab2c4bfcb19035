package org.casdm.data.source.folder;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.casdm.data.BadImageException;
import org.casdm.data.FileNames;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.Inflated;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.storage.Storage;

/**
 * Some of the picture files of a folder.
 *
 * @param folder  where they lie
 * @param names   their paths below it
 * @param labels  their labels
 * @param bytes   their lengths together
 * @param refused what was refused when the folder was listed, reported as records of this part
 */
record FolderPart(String folder, List<String> names, List<Integer> labels, long bytes, List<BadRecord> refused)
        implements SourcePart {
    FolderPart {
        names = List.copyOf(names);
        labels = List.copyOf(labels);
        refused = List.copyOf(refused);
    }

    @Override
    public String name() {
        return names.isEmpty() ? folder : folder + ", " + names.size() + " files from " + names.get(0) + " on";
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(names.size() + refused.size());
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        var root = Storage.path(folder);
        FileSystem fileSystem = Storage.fileSystem(root, context.hadoop());
        boolean local = fileSystem instanceof RawLocalFileSystem;
        int maximumBytes = context.limits().maximumEntryBytes();
        int count = names.size() + refused.size();
        return new ReadAhead(
                count,
                local ? 0 : ReadAhead.REMOTE_FILES,
                index -> index >= names.size()
                        ? refused.get(index - names.size())
                        : read(fileSystem, root, index, maximumBytes));
    }

    private SourceRecord read(FileSystem fileSystem, Path root, int index, int maximumBytes) throws IOException {
        String name = names.get(index);
        Path file = Storage.below(root, name);
        try (var input = fileSystem.open(file)) {
            byte[] content = Inflated.readEntry(input, name, maximumBytes);
            return new RawImage(name, labels.get(index), new EncodedPicture(content));
        } catch (BadImageException e) {
            return BadRecord.of(name, e);
        } catch (IOException e) {
            if (Storage.isMissing(e)) {
                FileNames.requireUtf8(file.toString(), FileNames.charset());
                return new BadRecord(name, "the file was removed after the folder was listed");
            }
            throw Storage.explained(file, e);
        }
    }
}
