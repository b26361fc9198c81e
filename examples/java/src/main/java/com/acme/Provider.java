package com.acme;

import java.util.ArrayList;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/** Serves OrderService until it is stopped. */
public final class Provider implements OrderService {
    private final Map<String, Order> orders = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    @Override
    public Order find(String id) {
        return orders.get(id);
    }

    @Override
    public Order create(CreateOrder request) throws OrderException {
        if (request.getAmount() == null || request.getAmount().signum() <= 0) {
            throw new OrderException("AMOUNT", "the amount is not above zero: " + request.getAmount());
        }
        Order order = new Order();
        order.setId("java-" + last.incrementAndGet());
        order.setAccountId(request.getAccountId());
        order.setAmount(request.getAmount());
        order.setCreatedAt(new Date());
        order.setStatus(OrderStatus.NEW);
        order.setTags(request.getTags() == null ? new ArrayList<>() : request.getTags());
        orders.put(order.getId(), order);
        return order;
    }

    public static void main(String[] words) {
        Settings settings = new Settings(words);
        int port = Integer.parseInt(settings.text("port", "20880"));
        ServiceConfig<OrderService> service = new ServiceConfig<>();
        service.setInterface(OrderService.class);
        service.setRef(new Provider());
        service.setGroup(settings.text("group", null));
        service.setVersion(settings.text("version", null));
        DubboBootstrap.getInstance()
                .application(settings.application("orders-java"))
                .registry(settings.registry())
                .protocol(new ProtocolConfig("dubbo", port))
                .service(service)
                .start();
        System.out.println("READY " + port);
        DubboBootstrap.getInstance().await();
    }
}
