package dev.countergate.server.yaml;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Collects faults and warnings, each once, in the order of the file. Not thread safe. */
public final class Report {
    /** How many of each are kept; a file with more is told about these first. */
    public static final int FINDINGS_MAX = 1_000;

    private final Set<Finding> faults = new TreeSet<>();
    private final Set<Finding> warnings = new TreeSet<>();

    /** Notes what must be mended before the file can be used. */
    public void fault(Position at, String key, String problem, String remedy) {
        add(faults, new Finding(at, key, problem, remedy));
    }

    /** Notes what the file's author should look at. */
    public void warn(Position at, String key, String problem, String remedy) {
        add(warnings, new Finding(at, key, problem, remedy));
    }

    private static void add(Set<Finding> findings, Finding finding) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        }
    }

    /** Whether there is any fault. */
    public boolean hasFaults() {
        return !faults.isEmpty();
    }

    /** Whether a fault concerns exactly this key, which then is not missing but wrong. */
    public boolean hasFault(String key) {
        return faults.stream().anyMatch(fault -> fault.key().equals(key));
    }

    /** How many faults there are, for telling whether a step found any. */
    public int faultCount() {
        return faults.size();
    }

    /** All faults by file, line and column. */
    public List<Finding> faults() {
        return List.copyOf(faults);
    }

    /** All warnings by file, line and column. */
    public List<Finding> warnings() {
        return List.copyOf(warnings);
    }
}
