package dev.sallyport.standin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sallyport.standin");

    @Test
    void packagesDoNotGoInCircles() {
        slices().matching("dev.sallyport.standin.(*)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void providersDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("..standin.anthropic")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..standin.openai")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("..standin.openai")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..standin.anthropic")
                .check(CLASSES);
    }

    @Test
    void whatCarriesAnExchangeKnowsNoService() {
        noClasses()
                .that()
                .resideInAnyPackage("..standin.exchange", "..standin.journal", "..standin.auth", "..standin.tls")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..standin.anthropic",
                        "..standin.openai",
                        "..standin.reflect",
                        "..standin.fault",
                        "..standin.answer")
                .check(CLASSES);
    }
}
