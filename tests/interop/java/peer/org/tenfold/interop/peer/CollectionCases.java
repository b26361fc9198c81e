package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.list;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.tenfold.interop.Color;
import org.tenfold.interop.Person;

final class CollectionCases {
    private CollectionCases() {}

    static void add(Cases cases) {
        lists(cases);
        sets(cases);
        maps(cases);
        immutable(cases);
    }

    private static void lists(Cases cases) {
        cases.add("list.string", peer -> {
            List<String> many = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                many.add("element " + i);
            }
            for (List<String> value : Arrays.asList(
                    list("a", null, "", "你😀"),
                    list("1", "2", "3", "4", "5", "6", "7", "8"),
                    new ArrayList<String>(),
                    many,
                    (List<String>) null)) {
                Check.same(value, peer.everything().echoStringList(value));
            }
        });
        cases.add("list.linked", peer -> {
            List<String> value = new LinkedList<>(list("a", "b"));
            Check.same(value, peer.everything().echoStringList(value));
        });
        cases.add("list.aslist", peer ->
                Check.same(list("a", "b"), peer.everything().echoStringList(Arrays.asList("a", "b"))));
        cases.add("list.emptylist", peer ->
                Check.same(list(), peer.everything().echoStringList(Collections.emptyList())));
        cases.add("list.int", peer -> {
            List<Integer> value = list(0, -17, 48, 262144, null);
            Check.same(value, peer.everything().echoIntList(value));
        });
        cases.add("list.long", peer -> {
            List<Long> value = list(0L, 16L, 1L << 31, Long.MIN_VALUE);
            Check.same(value, peer.everything().echoLongList(value));
        });
        cases.add("list.person", peer -> {
            List<Person> value = list(Samples.ada(), null, Samples.bob());
            Check.same(value, peer.everything().echoPersonList(value));
        });
        cases.add("list.shared", peer -> {
            Person ada = Samples.ada();
            List<Person> answer = peer.everything().echoPersonList(list(ada, ada));
            Check.same(list(ada, ada), answer);
            Check.that(answer.get(0) == answer.get(1), "one object came back as two");
        });
    }

    private static void sets(Cases cases) {
        cases.add("set.hash", peer -> {
            Set<String> value = new HashSet<>(list("a", "b", "c"));
            Check.same(value, peer.everything().echoStringSet(value));
        });
        cases.add("set.linked", peer -> {
            Set<String> value = new LinkedHashSet<>(list("z", "a"));
            Check.same(value, peer.everything().echoStringSet(value));
        });
    }

    private static void maps(Cases cases) {
        cases.add("map.string", peer -> {
            Map<String, String> value = new HashMap<>();
            value.put("a", "1");
            value.put("", null);
            value.put("你", "😀");
            Check.same(value, peer.everything().echoStringMap(value));
            Check.same(new HashMap<>(), peer.everything().echoStringMap(new HashMap<>()));
            Check.same(null, peer.everything().echoStringMap(null));
        });
        cases.add("map.linked", peer -> {
            Map<String, String> value = new LinkedHashMap<>();
            value.put("z", "1");
            value.put("a", "2");
            Check.same(value, peer.everything().echoStringMap(value));
        });
        cases.add("map.tree", peer -> {
            Map<String, Integer> value = new TreeMap<>();
            value.put("b", 2);
            value.put("a", 1);
            Check.same(value, peer.everything().echoIntMap(value));
        });
        cases.add("map.person", peer -> {
            Map<Long, Person> value = new HashMap<>();
            value.put(1L, Samples.ada());
            value.put(1L << 40, Samples.bob());
            value.put(-1L, null);
            Check.same(value, peer.everything().echoPersonMap(value));
        });
        cases.add("map.enum", peer -> {
            Map<Color, List<String>> value = new HashMap<>();
            value.put(Color.RED, list("rose"));
            value.put(Color.BLUE, list("sky", "sea"));
            Check.same(value, peer.everything().echoEnumMap(value));
        });
        cases.add("map.nested", peer -> {
            Map<String, Person> inner = new HashMap<>();
            inner.put("ada", Samples.ada());
            Map<String, List<Map<String, Person>>> value = new HashMap<>();
            value.put("two", list(inner, new HashMap<>()));
            value.put("none", list());
            Check.same(value, peer.everything().echoNested(value));
        });
    }

    private static void immutable(Cases cases) {
        cases.add("list.of", peer -> Check.same(list("a", "b"), peer.everything().echoStringList(List.of("a", "b"))));
        cases.add("set.of", peer ->
                Check.same(new HashSet<>(list("a")), peer.everything().echoStringSet(Set.of("a"))));
        cases.add("map.of", peer -> {
            Map<String, String> value = new HashMap<>();
            value.put("k", "v");
            Check.same(value, peer.everything().echoStringMap(Map.of("k", "v")));
        });
    }
}
