package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"dubbo.apache.org/dubbo-go/v3"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	"dubbo.apache.org/dubbo-go/v3/protocol"
	"dubbo.apache.org/dubbo-go/v3/registry"
	"dubbo.apache.org/dubbo-go/v3/server"
)

const reducedInterface = "org.tenfold.interop.Reduced"

// Reduced serves org.tenfold.interop.Reduced. dubbo-go takes exported types only.
type Reduced struct{ id string }

func (r *Reduced) Whoami(context.Context) (string, error)                       { return r.id, nil }
func (r *Reduced) EchoString(_ context.Context, value string) (string, error)   { return value, nil }
func (r *Reduced) EchoLong(_ context.Context, value int64) (int64, error)       { return value, nil }
func (r *Reduced) EchoPerson(_ context.Context, value *Person) (*Person, error) { return value, nil }

// Java's lists and maps arrive without element types, and dubbo-go passes them on as they are. A
// parameter of type []any would be handed the list of all arguments, not the argument.
func (r *Reduced) EchoStringList(_ context.Context, value any) (any, error) {
	return value, nil
}

func (r *Reduced) EchoStringMap(_ context.Context, value map[any]any) (map[any]any, error) {
	return value, nil
}

func (r *Reduced) Fail(_ context.Context, message string) (string, error) {
	return "", errors.New(message)
}

func (r *Reduced) Attachments(ctx context.Context) (map[string]string, error) {
	found := map[string]string{}
	received, _ := ctx.Value(constant.AttachmentKey).(map[string]any)
	for key, value := range received {
		if strings.HasPrefix(key, "it.") {
			found[key] = text(value)
		}
	}
	return found, nil
}

// text shows an attachment: what was read as a list of strings by its only element.
func text(value any) string {
	if list, ok := value.([]string); ok && len(list) == 1 {
		return list[0]
	}
	return fmt.Sprint(value)
}

// MethodMapper gives the methods the names that Java has for them.
func (r *Reduced) MethodMapper() map[string]string {
	return map[string]string{
		"Whoami": "whoami", "EchoString": "echoString", "EchoLong": "echoLong", "EchoPerson": "echoPerson",
		"EchoStringList": "echoStringList", "EchoStringMap": "echoStringMap", "Fail": "fail",
		"Attachments": "attachments",
	}
}

func instance(opts options, fallback string, more ...dubbo.InstanceOption) (*dubbo.Instance, error) {
	// With remote metadata the metadata service is not served, which would listen on every address.
	wanted := append(more, dubbo.WithName(opts.text("application", fallback)), dubbo.WithRemoteMetadata())
	if address := opts.text("registry", ""); address != "" {
		wanted = append(wanted, dubbo.WithRegistry(
			registry.WithZookeeper(),
			registry.WithAddress(strings.TrimPrefix(address, "zookeeper://")),
			registry.WithRegisterInterface(),
			registry.WithTimeout(10*time.Second),
		))
	}
	return dubbo.NewInstance(wanted...)
}

func provide(opts options) error {
	port := opts.number("port", 0)
	if port == 0 {
		free, err := freePort()
		if err != nil {
			return err
		}
		port = free
	}
	// A protocol given to the server alone leaves the default one, Triple, on the same port.
	made, err := instance(opts, "interop-go", dubbo.WithProtocol(
		protocol.WithDubbo(), protocol.WithIp(opts.text("host", "127.0.0.1")), protocol.WithPort(port),
	))
	if err != nil {
		return err
	}
	serving, err := made.NewServer()
	if err != nil {
		return err
	}
	service := &Reduced{id: opts.text("id", "go")}
	if err := serving.Register(service, nil, server.WithInterface(reducedInterface)); err != nil {
		return err
	}
	go announce(port)
	return serving.Serve()
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// announce prints READY once the port accepts.
func announce(port int) {
	for {
		connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			connection.Close()
			fmt.Println("READY", port)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
