/**
 * Sets of pictures in the forms that their publishers ship, read once from one end to the other.
 *
 * <p>The driver looks a set up with {@link org.casdm.data.source.ImageSources}: the
 * {@link org.casdm.data.source.ImageSource} that it gets knows its format, its classes and its
 * {@link org.casdm.data.source.SourcePart}s. A part is a small description that travels to an executor, which opens it
 * by itself and gets {@link org.casdm.data.source.SourceRecord}s: pictures, still encoded or not, and between them what
 * is wrong with those that cannot be used. Each family of formats has a package below this one.
 */
package org.casdm.data.source;
