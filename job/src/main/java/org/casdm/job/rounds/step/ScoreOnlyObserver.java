package org.casdm.job.rounds.step;

/** Observes nothing. */
record ScoreOnlyObserver() implements StepObserver {}
