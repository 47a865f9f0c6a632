package dev.countergate.policy.request;

/** A rendered request: exactly what would be sent, to whom. */
public sealed interface Request
        permits HttpRequest,
                CompositeRequest,
                PrometheusRequest,
                LokiRequest,
                AlertmanagerRequest,
                SsmRequest {}
