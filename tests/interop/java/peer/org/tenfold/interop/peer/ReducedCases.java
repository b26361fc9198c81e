package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.list;

import java.util.HashMap;
import java.util.Map;

import org.tenfold.interop.Person;

/** What peers in other languages can do as well. */
final class ReducedCases {
    private ReducedCases() {}

    static void add(Cases cases) {
        cases.add("reduced.whoami", peer -> {
            String id = peer.reduced().whoami();
            Check.that(id != null && !id.isEmpty(), "the id is " + id);
        });
        cases.add("reduced.string", peer -> {
            for (String value : new String[] {"", "a", "你好", "a😀b", Samples.repeated("a", 70_000)}) {
                Check.same(value, peer.reduced().echoString(value));
            }
        });
        cases.add("reduced.long", peer -> {
            for (long value : ScalarCases.LONGS) {
                Check.same(value, peer.reduced().echoLong(value));
            }
        });
        cases.add("reduced.person", peer -> {
            Check.same(Samples.ada(), peer.reduced().echoPerson(Samples.ada()));
            Person plain = Samples.ada();
            plain.setScore(0L);
            Check.same(plain, peer.reduced().echoPerson(plain));
        });
        cases.add("reduced.list", peer -> Check.same(list("a", "", "你"), peer.reduced().echoStringList(list("a", "", "你"))));
        cases.add("reduced.map", peer -> {
            Map<String, String> value = new HashMap<>();
            value.put("a", "1");
            value.put("你", "😀");
            Check.same(value, peer.reduced().echoStringMap(value));
        });
        cases.add("reduced.fail", peer -> {
            Throwable failure = Check.fails(Throwable.class, () -> peer.reduced().fail("made up"));
            Check.contains(failure.toString(), "made up");
        });
        cases.add("reduced.attachments", peer -> {
            peer.reduced();
            Attachments.send("it.text", "x");
            Map<String, String> expected = new HashMap<>();
            expected.put("it.text", "x");
            Check.same(expected, peer.reduced().attachments());
        });
    }
}
