package org.tenfold.interop;

/** Passed as an argument; the provider calls it over the consumer's own connection. */
public interface Listener {
    String onEvent(String word);
}
