package org.tenfold.interop;

import java.io.Serializable;

/** Two references that may be one object. */
public class Pair implements Serializable {
    private static final long serialVersionUID = 1L;

    public Person left;
    public Person right;

    public Pair() {}

    public Pair(Person left, Person right) {
        this.left = left;
        this.right = right;
    }
}
