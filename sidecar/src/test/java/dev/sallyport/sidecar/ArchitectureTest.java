package dev.sallyport.sidecar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.sallyport.sidecar.policy.Permit;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String BASE = "dev.sallyport.sidecar.";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.sallyport.sidecar");

    @Test
    void arrows_run_one_way() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("main")
                .definedBy(BASE + "main..")
                .layer("server")
                .definedBy(BASE + "server..")
                .layer("observability")
                .definedBy(BASE + "observability..")
                .layer("pipeline")
                .definedBy(BASE + "pipeline..")
                .layer("admission")
                .definedBy(BASE + "admission..")
                .layer("config")
                .definedBy(BASE + "config..")
                .layer("credential")
                .definedBy(BASE + "credential..")
                .layer("redact")
                .definedBy(BASE + "redact..")
                .layer("policy")
                .definedBy(BASE + "policy")
                .layer("conditions")
                .definedBy(BASE + "policy.when..")
                .layer("upstream")
                .definedBy(BASE + "upstream..")
                .layer("tls")
                .definedBy(BASE + "tls..")
                .layer("audit")
                .definedBy(BASE + "audit..")
                .layer("route")
                .definedBy(BASE + "route..")
                .layer("http")
                .definedBy(BASE + "http..")
                .whereLayer("main")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("server")
                .mayOnlyBeAccessedByLayers("main")
                .whereLayer("observability")
                .mayOnlyBeAccessedByLayers("main")
                .whereLayer("pipeline")
                .mayOnlyBeAccessedByLayers("main", "server", "observability")
                .whereLayer("admission")
                .mayOnlyBeAccessedByLayers("pipeline")
                .whereLayer("config")
                .mayOnlyBeAccessedByLayers("main", "server", "observability", "pipeline", "admission")
                .whereLayer("credential")
                .mayOnlyBeAccessedByLayers("main", "observability", "pipeline", "config", "admission")
                .whereLayer("redact")
                .mayOnlyBeAccessedByLayers("pipeline", "credential")
                .whereLayer("policy")
                .mayOnlyBeAccessedByLayers("main", "pipeline", "admission", "credential")
                .whereLayer("conditions")
                .mayOnlyBeAccessedByLayers("config", "admission", "policy", "route")
                .whereLayer("upstream")
                .mayOnlyBeAccessedByLayers("main", "pipeline", "config")
                .whereLayer("tls")
                .mayOnlyBeAccessedByLayers("main", "server", "config")
                .whereLayer("audit")
                .mayOnlyBeAccessedByLayers("main", "pipeline", "observability")
                .check(CLASSES);
    }

    @Test
    void only_the_policy_makes_a_permit() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + "policy..")
                .should()
                .callConstructor(
                        Permit.class,
                        dev.sallyport.sidecar.route.Route.class,
                        dev.sallyport.sidecar.route.Origin.class,
                        java.util.OptionalInt.class,
                        java.util.Optional.class,
                        Runnable.class)
                .check(CLASSES);
        classes()
                .that()
                .belongToAnyOf(Permit.class)
                .should()
                .haveOnlyFinalFields()
                .check(CLASSES);
    }

    @Test
    void nothing_knows_kubernetes() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "dev.sallyport.crds..")
                .check(CLASSES);
    }
}
