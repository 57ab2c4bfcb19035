package org.casdm.job.rounds;

/** Observes nothing. */
record ScoreOnlyObserver() implements StepObserver {}
