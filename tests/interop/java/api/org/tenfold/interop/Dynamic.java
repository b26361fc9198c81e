package org.tenfold.interop;

/** Served by a provider that has no class for it, only a GenericService made at run time. */
public interface Dynamic {
    /** {@code first + "-" + second}. */
    String join(String first, int second);

    /** Always fails with {@code message}. */
    String fail(String message);
}
