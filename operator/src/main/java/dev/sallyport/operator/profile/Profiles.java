package dev.sallyport.operator.profile;

/** Knows the profiles. */
@FunctionalInterface
public interface Profiles {

    /** Those that there are now. */
    Catalogue current();
}
