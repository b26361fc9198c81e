package org.tenfold.interop;

/** A plain enum, one constant of which has a body, and so a class of its own. */
public enum Color {
    RED,
    GREEN,
    BLUE {
        @Override
        public boolean cold() {
            return true;
        }
    };

    public boolean cold() {
        return false;
    }
}
