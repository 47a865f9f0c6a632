package dev.countergate.server.cli;

import dev.countergate.demo.Demo;
import dev.countergate.demo.DemoException;
import dev.countergate.demo.Pace;
import java.io.IOException;
import java.time.InstantSource;

/** {@code countergate demo} at a terminal, for a person who reads at once. */
final class UnpacedDemo {
    private UnpacedDemo() {}

    public static void main(String[] arguments)
            throws IOException, InterruptedException, DemoException {
        int code =
                new Demo(
                                System.getenv(),
                                InstantSource.system(),
                                System.out,
                                false,
                                Pace.NONE,
                                false)
                        .run();
        System.exit(code);
    }
}
