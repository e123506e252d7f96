package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.ConfigMapKeySelector;

/** Reads single values of ConfigMaps. */
@FunctionalInterface
public interface ConfigMapValues {

    Reference find(String namespace, ConfigMapKeySelector selector);
}
