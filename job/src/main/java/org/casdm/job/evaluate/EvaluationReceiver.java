package org.casdm.job.evaluate;

import java.io.IOException;

/** Takes the numbers of a set of samples as soon as they are known. */
@FunctionalInterface
public interface EvaluationReceiver {

    void accept(Evaluation evaluation) throws IOException;
}
