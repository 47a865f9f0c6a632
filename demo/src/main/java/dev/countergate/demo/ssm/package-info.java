/**
 * A simulator of AWS Systems Manager for tests, end-to-end scripts and the demo: JSON 1.1 over loopback HTTP.
 *
 * <p>It really runs {@code sh} in each instance's sandbox folder, forgets nothing it accepted, and breaks on demand.
 * It checks that calls are signed for the service, never whether the signature is right; it simulates no IAM, no
 * S3 output and no Windows shell. Where the real service's behaviour is not documented the code says "belief".
 *
 * <p>Start at {@link dev.countergate.demo.ssm.SsmSimulator}; {@link dev.countergate.demo.ssm.SimulatorMain}
 * starts it from a shell.
 */
@NullMarked
package dev.countergate.demo.ssm;

import org.jspecify.annotations.NullMarked;
