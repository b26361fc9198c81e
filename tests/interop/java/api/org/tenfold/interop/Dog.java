package org.tenfold.interop;

public class Dog extends Animal {
    private static final long serialVersionUID = 1L;

    public int loudness;
    public boolean good;
}
