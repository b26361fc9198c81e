package main

import hessian "github.com/apache/dubbo-go-hessian2"

// Person and Address are the Java classes of those names.
type Person struct {
	Name   string   `hessian:"name"`
	Age    int32    `hessian:"age"`
	Active bool     `hessian:"active"`
	Score  int64    `hessian:"score"`
	Tags   []string `hessian:"tags"`
	Home   *Address `hessian:"home"`
}

func (*Person) JavaClassName() string { return "org.tenfold.interop.Person" }

type Address struct {
	Street string `hessian:"street"`
	Zip    string `hessian:"zip"`
}

func (*Address) JavaClassName() string { return "org.tenfold.interop.Address" }

func init() {
	hessian.RegisterPOJO(&Person{})
	hessian.RegisterPOJO(&Address{})
}

func ada() *Person {
	return &Person{
		Name: "Ada", Age: 36, Active: true, Score: 9007199254740993,
		Tags: []string{"math", "engine"},
		Home: &Address{Street: "St James's Square 12", Zip: "SW1Y"},
	}
}

func withoutScore() *Person {
	plain := ada()
	plain.Score = 0
	return plain
}
