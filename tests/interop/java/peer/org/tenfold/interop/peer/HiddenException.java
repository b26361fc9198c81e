package org.tenfold.interop.peer;

/** Not part of the interface: lives in another code source, so Dubbo's exception filter replaces it. */
public class HiddenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HiddenException(String message) {
        super(message);
    }
}
