package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32;
import org.casdm.tensor.pytorch.PickleValue.StorageValue;

/** Where a state file keeps its tree and its storages; the two formats differ only in this. */
interface StorageArchive {

    /** What the file's main pickle holds. */
    Object root();

    /** Byte order of the elements. */
    ByteOrder byteOrder();

    /** What is wrong with a storage, as far as that is seen without reading it; nothing if all of it is in the file. */
    Optional<String> findProblem(StorageValue storage);

    /** Place in the file of the first byte of a storage without problem. */
    long locate(StorageValue storage) throws IOException;

    /**
     * Compares a storage with its checksum, if the format has any and this has not been done yet.
     *
     * @throws PyTorchFileException if the storage is damaged
     */
    void verify(StorageValue storage) throws IOException;

    /**
     * The same where all bytes of the storage have been read already.
     *
     * @param found CRC-32 of them, in their order in the file
     */
    void verify(StorageValue storage, CRC32 found) throws PyTorchFileException;
}
