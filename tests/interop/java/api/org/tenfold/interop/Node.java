package org.tenfold.interop;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A graph with cycles. */
public class Node implements Serializable {
    private static final long serialVersionUID = 1L;

    public String label;
    public Node next;
    public List<Node> children = new ArrayList<>();

    public Node() {}

    public Node(String label) {
        this.label = label;
    }
}
