package dev.countergate.demo.world;

import dev.countergate.demo.http.HttpListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The simulated world, listening on ports of 127.0.0.1 until it is closed. Thread safe.
 */
public final class World implements AutoCloseable {
    private final HttpListener metrics;
    private final HttpListener logs;
    private final HttpListener alerts;
    private final HttpListener deployments;
    private final DeploymentsApi deploying;
    private final Machines machines;

    /**
     * Begins in the middle of the outage.
     *
     * @param clock the world's time
     * @param folder where its machines keep what they have
     */
    public World(InstantSource clock, Path folder) throws IOException {
        AtomicReference<Checkout> checkout =
                new AtomicReference<>(Checkout.inTrouble(clock.instant()));
        deploying = new DeploymentsApi(clock, checkout);
        machines = new Machines(folder);
        metrics = new HttpListener(0, new PrometheusApi(clock, checkout::get)::answer);
        logs = new HttpListener(0, new LokiApi(clock, checkout::get)::answer);
        alerts = new HttpListener(0, new AlertmanagerApi(clock, checkout::get)::answer);
        deployments = new HttpListener(0, deploying::answer);
    }

    /** The variables that the demo's catalogue reads, and credentials that open nothing. */
    public Map<String, String> environment() {
        Map<String, String> variables = new HashMap<>();
        variables.put("DEMO_METRICS_URL", metrics.uri().toString());
        variables.put("DEMO_LOGS_URL", logs.uri().toString());
        variables.put("DEMO_ALERTS_URL", alerts.uri().toString());
        variables.put("DEMO_DEPLOYMENTS_URL", deployments.uri().toString());
        variables.put("DEMO_MACHINES_URL", machines.endpoint().toString());
        variables.put("AWS_SHARED_CREDENTIALS_FILE", machines.credentials().toString());
        variables.put("AWS_CONFIG_FILE", machines.credentials().resolveSibling("none").toString());
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        return variables;
    }

    /** How many calls to send a build out arrived. */
    public int deployCalls() {
        return deploying.posts();
    }

    /** How many commands the machines were sent. */
    public int commands() {
        return machines.commands();
    }

    @Override
    public void close() {
        machines.close();
        metrics.close();
        logs.close();
        alerts.close();
        deployments.close();
    }
}
