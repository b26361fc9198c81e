package com.acme;

import java.math.BigDecimal;
import java.util.List;

import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/** Creates an order, finds it again and shows what is refused. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] words) throws Exception {
        Settings settings = new Settings(words);
        DubboBootstrap.getInstance()
                .application(settings.application("shop-java"))
                .registry(settings.registry())
                .start();
        ReferenceConfig<OrderService> reference = new ReferenceConfig<>();
        reference.setInterface(OrderService.class);
        reference.setGroup(settings.text("group", null));
        reference.setVersion(settings.text("version", null));
        reference.setTimeout(5000);
        String address = settings.text("address", "");
        if (!address.isEmpty()) {
            reference.setUrl("dubbo://" + address);
        }
        OrderService orders = reference.get();

        CreateOrder request = new CreateOrder();
        request.setAccountId(42);
        request.setAmount(new BigDecimal("19.90"));
        request.setTags(List.of("first", "gift"));
        Order made = orders.create(request);
        System.out.println("created " + made.getId() + " " + made.getStatus() + " " + made.getAmount() + " "
                + made.getTags() + " at " + made.getCreatedAt().toInstant());
        System.out.println("found " + orders.find(made.getId()).getAccountId());
        System.out.println("unknown " + orders.find("no-such-order"));
        request.setAmount(BigDecimal.ZERO);
        try {
            orders.create(request);
        } catch (OrderException refused) {
            System.out.println("refused " + refused.getCode() + ": " + refused.getMessage());
        }
        System.exit(0);
    }
}
