package dev.sallyport.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

    private static final String ROOT = "dev.sallyport.operator";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void classesAreFound() {
        assertThat(CLASSES.size()).isGreaterThan(40);
    }

    @Test
    void arrowsRunOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("main")
                .definedBy(ROOT + ".main..")
                .layer("reconciler")
                .definedBy(ROOT + ".reconciler..")
                .layer("resolve")
                .definedBy(ROOT + ".resolve..")
                .layer("dependent")
                .definedBy(ROOT + ".dependent..")
                .layer("status")
                .definedBy(ROOT + ".status..")
                .layer("desired")
                .definedBy(ROOT + ".desired..")
                .layer("observability")
                .definedBy(ROOT + ".observability..")
                .layer("profile")
                .definedBy(ROOT + ".profile..")
                .layer("model")
                .definedBy(ROOT + ".model..")
                .whereLayer("main")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("reconciler")
                .mayOnlyBeAccessedByLayers("main")
                .whereLayer("resolve")
                .mayOnlyBeAccessedByLayers("main", "reconciler")
                .whereLayer("dependent")
                .mayOnlyBeAccessedByLayers("main", "reconciler")
                .whereLayer("status")
                .mayOnlyBeAccessedByLayers("main", "reconciler")
                .whereLayer("desired")
                .mayOnlyBeAccessedByLayers("main", "reconciler", "dependent")
                .whereLayer("observability")
                .mayOnlyBeAccessedByLayers("main", "reconciler")
                .whereLayer("profile")
                .mayOnlyBeAccessedByLayers("main", "resolve")
                .whereLayer("model")
                .mayNotAccessAnyLayer()
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theOperatorDoesNotSeeTheProxysCode() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.sallyport.sidecar..")
                .check(CLASSES);
    }

    @Test
    void desiredStateIsComputedWithoutTheApiServerAndWithoutAClock() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".desired..", ROOT + ".model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes.client..", "io.javaoperatorsdk..", "java.time.Clock")
                .check(CLASSES);
    }

    @Test
    void onlyTheSigningKeyIsEverReadFromASecret() {
        noClasses()
                .that()
                .doNotHaveSimpleName("SigningKeySecret")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.fabric8.kubernetes.api.model.Secret")
                .check(CLASSES);
    }
}
