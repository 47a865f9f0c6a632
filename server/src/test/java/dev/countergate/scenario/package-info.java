/**
 * What users see, from an agent's call to what a backend received: the folders under {@code samples} are run as they are.
 *
 * <p>A sample with a {@code scenarios.yaml} is run by {@link dev.countergate.scenario.SamplesTest}, each scenario by {@link
 * dev.countergate.scenario.ScenarioRun}; {@code samples/README.md} tells of the format.
 */
package dev.countergate.scenario;
