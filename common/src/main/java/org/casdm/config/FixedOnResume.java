package org.casdm.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a key, or a section with all keys in it, that a run keeps from its first step to its last: a checkpoint made
 * with another value cannot be continued. Keys without the mark may change when a run is resumed.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface FixedOnResume {}
