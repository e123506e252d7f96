package dev.sallyport.standin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sallyport.standin");

    @Test
    void packagesDoNotGoInCircles() {
        slices().matching("dev.sallyport.standin.(*)").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini"})
    void providersDoNotKnowEachOther(String provider) {
        var others = Stream.of("anthropic", "openai", "gemini")
                .filter(other -> !other.equals(provider))
                .map(other -> "..standin." + other)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("..standin." + provider)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
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
                        "..standin.gemini",
                        "..standin.reflect",
                        "..standin.fault",
                        "..standin.answer")
                .check(CLASSES);
    }
}
