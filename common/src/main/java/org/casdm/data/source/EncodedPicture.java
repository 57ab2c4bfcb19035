package org.casdm.data.source;

/**
 * A picture file's content: whatever the source holds in this place, not looked at yet.
 *
 * @param content the bytes; not copied, so not to be changed
 */
public record EncodedPicture(byte[] content) implements Payload {
    @Override
    public long bytes() {
        return content.length;
    }
}
