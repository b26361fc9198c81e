package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.list;

import java.util.HashMap;
import java.util.Map;

import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.service.GenericService;
import org.tenfold.interop.Dynamic;
import org.tenfold.interop.Everything;

/** Calls without the interface's class, and a provider without it. */
final class GenericCases {
    private static final String STRING = "java.lang.String";

    private GenericCases() {}

    static void add(Cases cases) {
        values(cases);
        pojos(cases);
        failures(cases);
        dynamic(cases);
    }

    private static Object call(Peer peer, String method, String[] types, Object... args) {
        return peer.generic(Everything.class.getName()).$invoke(method, types, args);
    }

    private static String[] types(String... names) {
        return names;
    }

    private static void values(Cases cases) {
        cases.add("generic.scalars", peer -> {
            Check.same("你好", call(peer, "echoString", types(STRING), "你好"));
            Check.same(7, call(peer, "echoInt", types("int"), 7));
            Check.same(7L, call(peer, "echoLong", types("long"), 7L));
            Check.same(true, call(peer, "echoBoolean", types("boolean"), true));
            Check.same(0.5, call(peer, "echoDouble", types("double"), 0.5));
            Check.same(null, call(peer, "echoString", types(STRING), (Object) null));
            Check.same(null, call(peer, "nothing", types()));
        });
        cases.add("generic.converted", peer -> {
            Check.same(7L, call(peer, "echoLong", types("long"), 7));
            Check.same("GREEN", call(peer, "echoColor", types("org.tenfold.interop.Color"), "GREEN"));
            Check.same(new java.math.BigDecimal("1.10"), call(peer, "echoBigDecimal", types("java.math.BigDecimal"), "1.10"));
        });
        cases.add("generic.containers", peer -> {
            Check.same(list("a", "b"), call(peer, "echoStringList", types("java.util.List"), list("a", "b")));
            Check.same(new int[] {1, 2}, call(peer, "echoInts", types("int[]"), (Object) new int[] {1, 2}));
            Map<String, Integer> map = new HashMap<>();
            map.put("k", 1);
            Check.same(map, call(peer, "echoIntMap", types("java.util.Map"), map));
        });
        cases.add("generic.overload", peer -> {
            Check.same("(Integer):7", call(peer, "over", types("java.lang.Integer"), 7));
            Check.same("(int):7", call(peer, "over", types("int"), 7));
            Check.same("(String):7", call(peer, "over", types(STRING), "7"));
        });
    }

    private static Map<String, Object> ada() {
        Map<String, Object> home = new HashMap<>();
        home.put("class", "org.tenfold.interop.Address");
        home.put("street", "St James's Square 12");
        home.put("zip", "SW1Y");
        Map<String, Object> ada = new HashMap<>();
        ada.put("class", "org.tenfold.interop.Person");
        ada.put("name", "Ada");
        ada.put("age", 36);
        ada.put("active", true);
        ada.put("score", 9_007_199_254_740_993L);
        ada.put("tags", list("math", "engine"));
        ada.put("home", home);
        return ada;
    }

    private static void pojos(Cases cases) {
        cases.add("generic.pojo", peer ->
                Check.same(ada(), call(peer, "echoPerson", types("org.tenfold.interop.Person"), ada())));
        cases.add("generic.pojo.noclass", peer -> {
            Map<String, Object> bare = ada();
            bare.remove("class");
            ((Map<?, ?>) bare.get("home")).remove("class");
            Check.same(ada(), call(peer, "echoPerson", types("org.tenfold.interop.Person"), bare));
        });
        cases.add("generic.wrapper", peer -> {
            Map<?, ?> answer = (Map<?, ?>) call(peer, "findPerson", types(STRING), "Eve");
            Check.same(200, answer.get("code"));
            Check.same("org.tenfold.interop.Result", answer.get("class"));
            Check.same("Eve", ((Map<?, ?>) answer.get("data")).get("name"));
        });
    }

    private static void failures(Cases cases) {
        cases.add("generic.fail", peer -> {
            RuntimeException failure = Check.fails(
                    RuntimeException.class, () -> call(peer, "failDeclared", types(STRING, "int"), "out of stock", 42));
            Check.same("GenericException", failure.getClass().getSimpleName());
            Check.same("org.tenfold.interop.BusinessException", read(failure, "getExceptionClass"));
            Check.same("out of stock", read(failure, "getExceptionMessage"));
        });
        cases.add("generic.nomethod", peer -> {
            RuntimeException failure = Check.fails(
                    RuntimeException.class, () -> call(peer, "noSuchMethod", types(STRING), "x"));
            String kind = failure.getClass().getSimpleName();
            Check.that(failure instanceof RpcException || kind.equals("GenericException"), "failed with " + failure);
            Check.contains(failure.getMessage(), "noSuchMethod");
        });
    }

    /** Dubbo has two classes named GenericException, of its two packages, and 2.7 does not make one the child of the other. */
    private static Object read(Throwable failure, String getter) throws ReflectiveOperationException {
        return failure.getClass().getMethod(getter).invoke(failure);
    }

    private static void dynamic(Cases cases) {
        cases.add("dynamic.typed", peer -> Check.same("a-7", peer.dynamic().join("a", 7)));
        cases.add("dynamic.generic", peer -> {
            GenericService it = peer.generic(Dynamic.class.getName());
            Check.same("a-7", it.$invoke("join", types(STRING, "int"), new Object[] {"a", 7}));
        });
        cases.add("dynamic.fail", peer -> {
            RuntimeException failure = Check.fails(RuntimeException.class, () -> peer.dynamic().fail("made up"));
            Check.contains(failure.getMessage(), "made up");
        });
    }
}
