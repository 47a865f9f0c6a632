package dev.countergate.demo.ssm;

/** Where an invocation or a command stands: the API's status and its details. */
enum InvocationState {
    PENDING("Pending", "Pending", false),
    DELAYED("Delayed", "Delayed", false),
    IN_PROGRESS("InProgress", "InProgress", false),
    CANCELLING("Cancelling", "Cancelling", false),
    SUCCESS("Success", "Success", true),
    FAILED("Failed", "Failed", true),
    CANCELLED("Cancelled", "Cancelled", true),
    DELIVERY_TIMED_OUT("TimedOut", "Delivery Timed Out", true),
    EXECUTION_TIMED_OUT("TimedOut", "Execution Timed Out", true),
    // Belief: the API documents these details, not the status beside them.
    UNDELIVERABLE("Failed", "Undeliverable", true),
    TERMINATED("Failed", "Terminated", true),
    INCOMPLETE("Failed", "Incomplete", true),
    NO_INSTANCES_IN_TAG("Failed", "No Instances In Tag", true);

    private final String status;
    private final String details;
    private final boolean terminal;

    InvocationState(String status, String details, boolean terminal) {
        this.status = status;
        this.details = details;
        this.terminal = terminal;
    }

    String status() {
        return status;
    }

    /** Both spellings occur in the field: with spaces, and without. */
    String details(boolean spaced) {
        return spaced ? details : details.replace(" ", "");
    }

    boolean terminal() {
        return terminal;
    }

    /** Whether it counts against {@code MaxErrors}; what was never delivered or was cancelled does not. */
    boolean countsAsError() {
        return switch (this) {
            case FAILED, DELIVERY_TIMED_OUT, EXECUTION_TIMED_OUT -> true;
            case PENDING,
                    DELAYED,
                    IN_PROGRESS,
                    CANCELLING,
                    SUCCESS,
                    CANCELLED,
                    UNDELIVERABLE,
                    TERMINATED,
                    INCOMPLETE,
                    NO_INSTANCES_IN_TAG ->
                    false;
        };
    }
}
