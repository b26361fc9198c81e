package org.tenfold.interop.peer;

import java.util.Arrays;

final class OverloadCases {
    private OverloadCases() {}

    static void add(Cases cases) {
        cases.add("overload", peer -> {
            Check.same("():", peer.everything().over());
            Check.same("(int):7", peer.everything().over(7));
            Check.same("(long):7", peer.everything().over(7L));
            Check.same("(Integer):7", peer.everything().over(Integer.valueOf(7)));
            Check.same("(Integer):null", peer.everything().over((Integer) null));
            Check.same("(String):seven", peer.everything().over("seven"));
            Check.same("(List):a,b", peer.everything().over(Arrays.asList("a", "b")));
        });
        cases.add("overload.two", peer -> {
            Check.same("(int,String):7,seven", peer.everything().over(7, "seven"));
            Check.same("(String,int):seven,7", peer.everything().over("seven", 7));
        });
    }
}
