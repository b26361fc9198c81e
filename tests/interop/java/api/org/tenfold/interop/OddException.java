package org.tenfold.interop;

import java.util.ArrayList;
import java.util.List;

/** An unchecked exception that no signature declares, with a field that is an object. */
public class OddException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private List<String> hints = new ArrayList<>();

    public OddException() {}

    public OddException(String message, List<String> hints) {
        super(message);
        this.hints = hints;
    }

    public List<String> getHints() {
        return hints;
    }
}
