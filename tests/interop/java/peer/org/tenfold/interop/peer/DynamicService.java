package org.tenfold.interop.peer;

import org.apache.dubbo.rpc.service.GenericException;
import org.apache.dubbo.rpc.service.GenericService;

/** Serves {@link org.tenfold.interop.Dynamic} without its class. */
final class DynamicService implements GenericService {
    @Override
    public Object $invoke(String method, String[] parameterTypes, Object[] args) throws GenericException {
        switch (method) {
            case "join":
                return args[0] + "-" + args[1];
            case "fail":
                throw new IllegalStateException(String.valueOf(args[0]));
            default:
                throw new IllegalArgumentException("no method " + method);
        }
    }
}
