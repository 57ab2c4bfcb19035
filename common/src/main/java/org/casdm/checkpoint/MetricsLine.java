package org.casdm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What was measured up to a step: a JSON object that has the step too, as {@code step}. */
public record MetricsLine(long step, ObjectNode values) {}
