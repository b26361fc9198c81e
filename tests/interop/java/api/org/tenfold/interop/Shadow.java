package org.tenfold.interop;

/** Declares a field of the same name as its parent. */
public class Shadow extends ShadowBase {
    private static final long serialVersionUID = 1L;

    private String name;

    public String name() {
        return name;
    }

    public void name(String name) {
        this.name = name;
    }
}
