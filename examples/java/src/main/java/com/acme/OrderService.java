package com.acme;

public interface OrderService {
    /** The order of that id, or null. */
    Order find(String id);

    /** Makes an order with a number of its own. An amount that is not above zero is refused. */
    Order create(CreateOrder request) throws OrderException;
}
