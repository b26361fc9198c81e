package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
)

// peer is the provider under test.
type peer struct{ connection *client.Connection }

func (p peer) call(ctx context.Context, answer any, method string, args ...any) error {
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return p.connection.CallUnary(limited, args, answer, method)
}

// waitForList waits until the registry's list has arrived. Dial subscribes in a goroutine of its own
// and does not wait for it, so a call made at once can find no provider. Who is not found for this
// long is not found by the cases either, which say so.
func waitForList(p peer) {
	var id string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if p.call(context.Background(), &id, "whoami") == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// echoes calls the method with each value and wants it back.
func echoes[T any](p peer, method string, values ...T) error {
	for _, value := range values {
		var answer T
		if err := p.call(context.Background(), &answer, method, value); err != nil {
			return err
		}
		if !reflect.DeepEqual(value, answer) {
			return fmt.Errorf("answered %.80v where %.80v is due", answer, value)
		}
	}
	return nil
}

type testCase struct {
	name string
	run  func(peer) error
}

// cases are those of CASES.md whose names begin with "reduced.".
var cases = []testCase{
	{"reduced.whoami", func(p peer) error {
		var id string
		if err := p.call(context.Background(), &id, "whoami"); err != nil {
			return err
		}
		if id == "" {
			return errors.New("the id is empty")
		}
		return nil
	}},
	{"reduced.string", func(p peer) error {
		return echoes(p, "echoString", "", "a", "你好", "a😀b", strings.Repeat("a", 70000))
	}},
	{"reduced.long", func(p peer) error {
		return echoes[int64](p, "echoLong", 0, -8, 15, -9, 16, -2048, 2047, -2049, 2048, -262144, 262143, -262145,
			262144, -1<<31, 1<<31-1, -1<<31-1, 1<<31, -1<<63, 1<<63-1)
	}},
	{"reduced.person", func(p peer) error {
		return echoes(p, "echoPerson", ada(), withoutScore())
	}},
	// A []string would go out as a Java array, and no method takes one. A map of strings as the
	// answer's type makes dubbo-go fail to decode the frame and close the connection.
	{"reduced.list", func(p peer) error { return echoes(p, "echoStringList", []any{"a", "", "你"}) }},
	{"reduced.map", func(p peer) error {
		return echoes(p, "echoStringMap", map[any]any{"a": "1", "你": "😀"})
	}},
	{"reduced.fail", func(p peer) error {
		var answer string
		err := p.call(context.Background(), &answer, "fail", "made up")
		if err == nil {
			return fmt.Errorf("answered %q where a failure is due", answer)
		}
		if !strings.Contains(err.Error(), "made up") {
			return fmt.Errorf("failed with %w", err)
		}
		return nil
	}},
	{"reduced.attachments", func(p peer) error {
		sent := context.WithValue(context.Background(), constant.AttachmentKey, map[string]any{"it.text": "x"})
		var answer map[any]any
		if err := p.call(sent, &answer, "attachments"); err != nil {
			return err
		}
		if !reflect.DeepEqual(answer, map[any]any{"it.text": "x"}) {
			return fmt.Errorf("the provider saw %v", answer)
		}
		return nil
	}},
}

func consume(opts options) error {
	made, err := instance(opts, "interop-go-consumer")
	if err != nil {
		return err
	}
	calling, err := made.NewClient(
		client.WithClientProtocolDubbo(),
		client.WithClientSerialization(constant.Hessian2Serialization),
		client.WithClientRequestTimeout(10*time.Second),
		client.WithClientRetries(0),
	)
	if err != nil {
		return err
	}
	var reference []client.ReferenceOption
	if address := opts.text("address", ""); address != "" {
		reference = append(reference, client.WithURL("dubbo://"+address))
	}
	connection, err := calling.Dial(reducedInterface, reference...)
	if err != nil {
		return err
	}
	if opts.text("registry", "") != "" {
		waitForList(peer{connection})
	}
	fmt.Println("READY 0")
	failed := 0
	for _, one := range cases {
		if err := one.run(peer{connection}); err != nil {
			failed++
			fmt.Println("FAIL", one.name, strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Println("ok", one.name)
		}
	}
	fmt.Printf("DONE %d ok, %d failed\n", len(cases)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d cases failed", failed)
	}
	return nil
}
