package com.acme;

public class OrderException extends Exception {
    private static final long serialVersionUID = 1L;

    private String code;

    public OrderException() {}

    public OrderException(String code, String message) {
        super(message);
        this.code = code;
    }

    public String getCode() {
        return code;
    }
}
