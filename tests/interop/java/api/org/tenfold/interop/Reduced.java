package org.tenfold.interop;

import java.util.List;
import java.util.Map;

/** The part of {@link Everything} that peers in other languages serve as well. */
public interface Reduced {
    String whoami();

    String echoString(String value);

    long echoLong(long value);

    Person echoPerson(Person value);

    List<String> echoStringList(List<String> value);

    Map<String, String> echoStringMap(Map<String, String> value);

    /** Always fails; the message of the failure contains {@code message}. */
    String fail(String message);

    /** The attachments of this call whose keys begin with "it.", as text. */
    Map<String, String> attachments();
}
