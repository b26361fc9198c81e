// Command interop is a dubbo-go provider or consumer of org.tenfold.interop.Reduced.
//
// Its first argument is "provider" or "consumer"; the others have the form key=value and are
// named in tests/interop/README.md.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	_ "dubbo.apache.org/dubbo-go/v3/imports"
)

type options map[string]string

func (o options) text(key, fallback string) string {
	if value, ok := o[key]; ok {
		return value
	}
	return fallback
}

func (o options) number(key string, fallback int) int {
	number, err := strconv.Atoi(o.text(key, strconv.Itoa(fallback)))
	if err != nil {
		fail(fmt.Errorf("%s is not a number: %w", key, err))
	}
	return number
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("give provider or consumer as the first argument"))
	}
	opts := options{}
	for _, argument := range os.Args[2:] {
		key, value, found := strings.Cut(argument, "=")
		if !found {
			fail(fmt.Errorf("not of the form key=value: %s", argument))
		}
		opts[key] = value
	}
	run := map[string]func(options) error{"provider": provide, "consumer": consume}[os.Args[1]]
	if run == nil {
		fail(fmt.Errorf("neither provider nor consumer: %s", os.Args[1]))
	}
	if err := run(opts); err != nil {
		fail(err)
	}
	os.Exit(0)
}
