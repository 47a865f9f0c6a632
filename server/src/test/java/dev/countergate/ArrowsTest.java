package dev.countergate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between packages, as ARCHITECTURE.md draws them. A rule without classes yet holds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrowsTest {
    /** From the innermost outwards: a package uses those before it and none after. */
    private static final List<String> POLICY_ORDER =
            List.of(
                    "secret",
                    "call",
                    "token",
                    "log",
                    "parameter",
                    "template",
                    "catalogue",
                    "request",
                    "rule",
                    "change",
                    "revision");

    private JavaClasses product;

    @BeforeAll
    void read_the_product_classes() {
        product =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.countergate");
    }

    @Test
    void policy_never_sees_the_server() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.policy..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("dev.countergate.server..", "dev.countergate.relay.."));
    }

    @Test
    void policy_knows_the_jdk_jackson_trees_and_cel_alone() {
        check(
                classes()
                        .that()
                        .resideInAPackage("dev.countergate.policy..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.countergate.policy..",
                                "java.lang..",
                                "java.io",
                                "java.math",
                                "java.net",
                                "java.nio",
                                "java.nio.charset",
                                "java.security..",
                                "java.text",
                                "java.time..",
                                "java.util..",
                                "javax.crypto..",
                                "org.jspecify.annotations",
                                "com.google.errorprone.annotations..",
                                "tools.jackson.core..",
                                "tools.jackson.databind..",
                                "dev.cel..",
                                "com.google.common.collect",
                                "com.google.protobuf..",
                                "com.google.re2j"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "call",
                "token",
                "log",
                "parameter",
                "template",
                "catalogue",
                "request",
                "rule",
                "change",
                "revision"
            })
    void policy_packages_use_only_those_before_them(String name) {
        String[] later =
                POLICY_ORDER.subList(POLICY_ORDER.indexOf(name) + 1, POLICY_ORDER.size()).stream()
                        .map(each -> "dev.countergate.policy." + each + "..")
                        .toArray(String[]::new);
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.policy." + name + "..")
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(later)));
    }

    @Test
    void results_stand_beside_and_are_used_by_no_step_before_them() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(
                                POLICY_ORDER.stream()
                                        .map(each -> "dev.countergate.policy." + each + "..")
                                        .toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.policy.result.."));
    }

    @Test
    void only_the_protocol_package_and_the_command_line_client_see_the_mcp_sdk() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(
                                "dev.countergate.server.mcp..",
                                "dev.countergate.server.cli..",
                                "dev.countergate.demo")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("io.modelcontextprotocol..", "reactor.."));
    }

    @Test
    void only_telemetry_sees_what_counts() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.countergate.server.telemetry..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.micrometer..", "io.prometheus..", "com.sun.net.httpserver.."));
    }

    @Test
    void nothing_but_the_wiring_and_the_command_line_knows_telemetry() {
        check(
                noClasses()
                        .that(
                                resideInAPackage("dev.countergate.server..")
                                        .and(
                                                resideInAnyPackage(
                                                                "dev.countergate.server",
                                                                "dev.countergate.server.telemetry..",
                                                                "dev.countergate.server.cli..")
                                                        .negate()
                                                        .as("outside the wiring")))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.server.telemetry.."));
    }

    @Test
    void only_the_http_package_sees_jetty() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.countergate.server.http..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.eclipse.jetty.."));
    }

    @Test
    void the_http_package_is_wired_and_knows_no_step_of_a_call() {
        check(
                noClasses()
                        .that(
                                resideInAPackage("dev.countergate.server..")
                                        .and(
                                                resideInAnyPackage(
                                                                "dev.countergate.server",
                                                                "dev.countergate.server.http..",
                                                                "dev.countergate.server.cli..")
                                                        .negate()
                                                        .as("outside the wiring")))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.server.http.."));
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.server.http..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.countergate.server.call..",
                                "dev.countergate.server.backend..",
                                "dev.countergate.server.proposal..",
                                "dev.countergate.server.audit..",
                                "dev.countergate.policy.catalogue.."));
    }

    @Test
    void only_the_wiring_sees_the_shape_of_the_configuration_file() {
        check(
                noClasses()
                        .that(
                                resideInAPackage("dev.countergate..")
                                        .and(
                                                resideInAnyPackage(
                                                                "dev.countergate.server",
                                                                "dev.countergate.server.config..")
                                                        .negate()
                                                        .as("outside the wiring")))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.server.config.."));
    }

    @Test
    void backends_do_not_see_each_other() {
        slices().matching("dev.countergate.server.backend.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(product);
    }

    @Test
    void backends_know_neither_the_protocol_nor_the_path_of_a_call() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.server.backend..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.countergate.server",
                                "dev.countergate.server.mcp..",
                                "dev.countergate.server.call..",
                                "dev.countergate.server.cli.."));
    }

    @Test
    void only_the_ssm_backend_sees_the_aws_sdk() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.countergate.server.backend.ssm..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("software.amazon.awssdk.."));
    }

    @Test
    void the_path_of_a_call_knows_no_single_backend_and_no_protocol() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.server.call..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.countergate.server.backend.*..",
                                "dev.countergate.server.mcp..",
                                "dev.countergate.server.cli.."));
    }

    @Test
    void the_relay_depends_on_nothing_but_the_jdk() {
        check(
                classes()
                        .that()
                        .resideInAPackage("dev.countergate.relay..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.countergate.relay..",
                                "java..",
                                "jdk.net",
                                "org.jspecify.annotations"));
    }

    @Test
    void what_a_person_signs_with_hangs_on_nothing_of_the_daemon() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.server.approver..")
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                                "dev.countergate.server..",
                                                "dev.countergate.relay..")
                                        .and(
                                                resideInAPackage(
                                                                "dev.countergate.server.approver..")
                                                        .negate()
                                                        .as("beyond itself"))));
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.server..")
                        .and()
                        .resideOutsideOfPackages(
                                "dev.countergate.server.approver..", "dev.countergate.server.cli..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.server.approver.."));
    }

    @Test
    void nobody_but_the_command_line_calls_back_to_the_wiring() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.server.*..")
                        .and()
                        .resideOutsideOfPackage("dev.countergate.server.cli..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.server"));
    }

    @Test
    void the_demo_knows_the_house_by_its_wire_alone() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.countergate.demo..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.countergate.policy..",
                                "dev.countergate.relay..",
                                "dev.countergate.server.."));
    }

    @Test
    void nothing_but_the_command_line_knows_the_demo() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(
                                "dev.countergate.policy..",
                                "dev.countergate.relay..",
                                "dev.countergate.server..")
                        .and()
                        .resideOutsideOfPackage("dev.countergate.server.cli..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.countergate.demo.."));
    }

    private void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(product);
    }
}
