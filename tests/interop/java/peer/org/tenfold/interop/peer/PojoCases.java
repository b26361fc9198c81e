package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.list;

import java.util.List;

import org.tenfold.interop.Address;
import org.tenfold.interop.AllTypes;
import org.tenfold.interop.Animal;
import org.tenfold.interop.Color;
import org.tenfold.interop.Node;
import org.tenfold.interop.Pair;
import org.tenfold.interop.Person;
import org.tenfold.interop.Result;
import org.tenfold.interop.Shadow;

final class PojoCases {
    private PojoCases() {}

    static void add(Cases cases) {
        plain(cases);
        inheritance(cases);
        graphs(cases);
        generics(cases);
    }

    private static void plain(Cases cases) {
        cases.add("enum", peer -> {
            for (Color value : new Color[] {Color.RED, Color.GREEN, Color.BLUE, null}) {
                Check.same(value, peer.everything().echoColor(value));
            }
        });
        cases.add("pojo", peer -> {
            Check.same(Samples.ada(), peer.everything().echoPerson(Samples.ada()));
            Check.same(Samples.bob(), peer.everything().echoPerson(Samples.bob()));
            Check.same(null, peer.everything().echoPerson(null));
        });
        cases.add("pojo.alltypes", peer -> Check.same(Samples.allTypes(), peer.everything().echoAllTypes(Samples.allTypes())));
        cases.add("pojo.defaults", peer -> Check.same(new AllTypes(), peer.everything().echoAllTypes(new AllTypes())));
    }

    private static void inheritance(Cases cases) {
        cases.add("inherited", peer -> {
            Animal plain = new Animal();
            plain.name = "It";
            plain.den = new Address("Cave", null);
            Check.same(plain, peer.everything().echoAnimal(plain));
            Check.same(Samples.dog(), peer.everything().echoAnimal(Samples.dog()));
            Check.same(Samples.puppy(), peer.everything().echoAnimal(Samples.puppy()));
        });
        cases.add("inherited.list", peer -> {
            List<Animal> value = list(Samples.dog(), Samples.puppy(), new Animal());
            Check.same(value, peer.everything().echoAnimals(value));
        });
        cases.add("shadowed", peer -> {
            Shadow value = new Shadow();
            value.name("child");
            value.baseName("parent");
            Check.same("child", peer.everything().echoShadow(value).name());
        });
        cases.add("shadowed.parent", peer -> {
            Shadow value = new Shadow();
            value.name("child");
            value.baseName("parent");
            Check.same("parent", peer.everything().echoShadow(value).baseName());
        });
    }

    private static void graphs(Cases cases) {
        cases.add("cycle", peer -> {
            Node a = peer.everything().echoNode(Samples.ring());
            Check.same(Samples.ring(), a);
            Check.that(a.next.next.next == a, "the ring is not closed");
            Check.that(a.children.get(0) == a, "the first child is not the node itself");
            Check.that(a.children.get(1) == a.next.next, "the second child is not c");
        });
        cases.add("shared", peer -> {
            Person ada = Samples.ada();
            Pair same = peer.everything().echoPair(new Pair(ada, ada));
            Check.same(new Pair(ada, ada), same);
            Check.that(same.left == same.right, "one object came back as two");
            Pair equal = peer.everything().echoPair(new Pair(Samples.ada(), Samples.ada()));
            Check.same(new Pair(ada, ada), equal);
            Check.that(equal.left != equal.right, "two objects came back as one");
        });
    }

    private static void generics(Cases cases) {
        cases.add("wrapper", peer -> {
            Check.same(new Result<>(200, "ok", new Person("Eve", 30)), peer.everything().findPerson("Eve"));
            Check.same(new Result<Person>(404, "no such person", null), peer.everything().findPerson(""));
        });
        cases.add("wrapper.list", peer -> {
            List<Person> persons = list(new Person("p0", 0), new Person("p1", 1), new Person("p2", 2));
            Check.same(new Result<>(200, "ok", persons), peer.everything().findPersons(3));
            Check.same(new Result<>(200, "ok", list()), peer.everything().findPersons(0));
        });
        cases.add("wrapper.argument", peer -> {
            Result<Person> value = new Result<>(-1, null, Samples.ada());
            Check.same(value, peer.everything().echoResult(value));
        });
    }
}
