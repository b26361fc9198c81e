package com.acme;

public enum OrderStatus {
    NEW,
    PAID,
    SHIPPED,
    CANCELLED
}
