package com.acme;

import java.util.HashMap;
import java.util.Map;

import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.RegistryConfig;

/** Words of the form key=value. */
final class Settings {
    private final Map<String, String> values = new HashMap<>();

    Settings(String[] words) {
        for (String word : words) {
            String[] parts = word.split("=", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("not of the form key=value: " + word);
            }
            values.put(parts[0], parts[1]);
        }
    }

    String text(String key, String fallback) {
        return values.getOrDefault(key, fallback);
    }

    ApplicationConfig application(String fallback) {
        ApplicationConfig application = new ApplicationConfig(text("application", fallback));
        application.setQosEnable(false);
        return application;
    }

    /** None, unless registry=zookeeper://host:port is given. */
    RegistryConfig registry() {
        return new RegistryConfig(text("registry", RegistryConfig.NO_AVAILABLE));
    }
}
