package dev.sallyport.api.v1alpha1;

/** How much of a request's query string the audit log shows. */
public enum QueryLogging {
    /** The parameters' names. */
    Names,
    /** Names and values; an injected credential is still left out. */
    Values
}
