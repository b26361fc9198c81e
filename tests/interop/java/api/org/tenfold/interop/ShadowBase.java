package org.tenfold.interop;

import java.io.Serializable;

public class ShadowBase implements Serializable {
    private static final long serialVersionUID = 1L;

    private String name;

    public String baseName() {
        return name;
    }

    public void baseName(String name) {
        this.name = name;
    }
}
