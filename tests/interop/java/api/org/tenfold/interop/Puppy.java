package org.tenfold.interop;

import java.util.ArrayList;
import java.util.List;

public class Puppy extends Dog {
    private static final long serialVersionUID = 1L;

    public List<Dog> siblings = new ArrayList<>();
}
