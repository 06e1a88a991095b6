package io.diptych.example.orders;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The lines between modules, and between what users touch and what they must not. */
class ArchitectureTest {

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.diptych");

    private static final String[] CORE = {
        "io.diptych", "io.diptych.command..", "io.diptych.message..", "io.diptych.projection.."
    };

    @Test
    void modules_depend_downwards_only() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("core")
                .definedBy(CORE)
                .layer("kafka")
                .definedBy("io.diptych.kafka..")
                .layer("postgres")
                .definedBy("io.diptych.postgres..")
                .layer("server")
                .definedBy("io.diptych.server..")
                .layer("embedded")
                .definedBy("io.diptych.embedded..")
                .optionalLayer("testkit")
                .definedBy("io.diptych.testkit..")
                .layer("cli")
                .definedBy("io.diptych.cli..")
                .layer("examples")
                .definedBy("io.diptych.example..")
                .whereLayer("examples")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("examples")
                .whereLayer("testkit")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("cli", "testkit")
                .whereLayer("server")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("kafka")
                .mayOnlyBeAccessedByLayers("server", "cli", "examples")
                .whereLayer("postgres")
                .mayOnlyBeAccessedByLayers("server", "cli")
                .check(ALL);
    }

    @Test
    void the_core_knows_neither_kafka_nor_postgresql_nor_a_json_library() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka..", "org.postgresql..", "java.sql..", "tools.jackson..", "io.helidon..")
                .check(ALL);
    }

    @Test
    void a_users_code_touches_nothing_internal() {
        noClasses()
                .that()
                .resideInAPackage("io.diptych.example..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.diptych..internal..")
                .check(ALL);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("io.diptych.(**)").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void every_package_is_null_marked() {
        classes()
                .that(simpleName("package-info"))
                .and()
                .resideInAPackage("io.diptych..")
                .should()
                .beAnnotatedWith(NullMarked.class)
                .check(ALL);
    }

    @Test
    void nothing_is_named_after_nothing() {
        noClasses()
                .should()
                .resideInAnyPackage("..impl..", "..util..", "..utils..", "..common..", "..manager..", "..helper..")
                .check(ALL);
    }
}
