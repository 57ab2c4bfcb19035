package org.casdm.weights.published;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The proxies that the environment names, as curl and pip understand it: {@code https_proxy}, {@code http_proxy},
 * {@code all_proxy} and {@code no_proxy}, in lower case first, then in upper case. The first variable that is set decides,
 * and an empty one means none. User and password may be part of the proxy's URL; no message shows them.
 */
public final class EnvironmentProxies extends ProxySelector {

    private static final Pattern URL = Pattern.compile(
            "(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?<login>.*)@)?(?<host>\\[[0-9A-Fa-f:.]+]|[^:/@\\[\\]\\s]+)(?::(?<port>[0-9]{1,5}))?(?:/.*)?");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");
    private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");
    private static final String HTTP = "http";
    private static final Set<String> PROXY_VARIABLES = Set.of("http_proxy", "https_proxy", "all_proxy");
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int MOST_PORTS = 65535;

    private final Map<String, String> environment;

    /** A proxy. Only the authenticator sees the login. */
    private record HttpProxy(String variable, String host, int port, Optional<PasswordAuthentication> login) {

        boolean isAt(String otherHost, int otherPort) {
            return host.equalsIgnoreCase(otherHost) && port == otherPort;
        }
    }

    /** @param environment variables by name */
    public EnvironmentProxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * What leads to an address: host and port of the proxy, and the variable that names it; empty without a proxy.
     *
     * @throws IllegalArgumentException if the variable names no proxy that can be used
     */
    public Optional<String> describe(URI address) {
        return proxy(address).map(proxy -> proxy.host() + ":" + proxy.port() + " (" + proxy.variable() + ")");
    }

    @Override
    public List<Proxy> select(URI address) {
        return List.of(proxy(address)
                .map(proxy ->
                        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port())))
                .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException reason) {
        // The request fails with the reason; there is no other way to try.
    }

    /** Logs in at these proxies, and nowhere else; empty if none of them has a login. */
    Optional<Authenticator> authenticator() {
        boolean login = environment.entrySet().stream()
                .anyMatch(variable -> PROXY_VARIABLES.contains(variable.getKey().toLowerCase(Locale.ROOT))
                        && variable.getValue().contains("@"));
        return login ? Optional.of(newAuthenticator()) : Optional.empty();
    }

    private Authenticator newAuthenticator() {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return getRequestorType() != RequestorType.PROXY
                        ? null
                        : Stream.of(HTTP, "https")
                                .flatMap(scheme -> configured(scheme).stream())
                                .filter(proxy -> proxy.isAt(getRequestingHost(), getRequestingPort()))
                                .flatMap(proxy -> proxy.login().stream())
                                .findFirst()
                                .orElse(null);
            }
        };
    }

    private Optional<HttpProxy> proxy(URI address) {
        String host = Objects.requireNonNullElse(address.getHost(), "");
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals(HTTP) ? HTTP_PORT : HTTPS_PORT;
        return isExcepted(unbracketed(host), port) ? Optional.empty() : configured(scheme);
    }

    private Optional<HttpProxy> configured(String scheme) {
        for (var name : List.of(scheme + "_proxy", "all_proxy")) {
            for (var variable : List.of(name, name.toUpperCase(Locale.ROOT))) {
                var value = environment.get(variable);
                if (value != null) {
                    return value.isBlank() ? Optional.empty() : Optional.of(parse(variable, value.strip()));
                }
            }
        }
        return Optional.empty();
    }

    private static HttpProxy parse(String variable, String value) {
        var url = URL.matcher(value);
        // The value may hold a password: messages say the variable only.
        if (!url.matches() || url.group("port") != null && Integer.parseInt(url.group("port")) > MOST_PORTS) {
            throw new IllegalArgumentException("The environment variable " + variable
                    + " is not a proxy's URL such as http://proxy.example.org:3128. Correct it, or unset it");
        }
        var scheme = url.group("scheme");
        if (scheme != null && !scheme.equalsIgnoreCase(HTTP)) {
            throw new IllegalArgumentException("The environment variable " + variable + " names a proxy of kind "
                    + scheme + ", and only http proxies can be used. Name one, or list the server's host in no_proxy");
        }
        return new HttpProxy(
                variable,
                unbracketed(url.group("host")),
                url.group("port") == null ? HTTP_PORT : Integer.parseInt(url.group("port")),
                Optional.ofNullable(url.group("login")).map(login -> login(variable, login)));
    }

    private static PasswordAuthentication login(String variable, String login) {
        var parts = login.split(":", 2);
        return new PasswordAuthentication(
                decoded(variable, parts[0]),
                parts.length > 1 ? decoded(variable, parts[1]).toCharArray() : new char[0]);
    }

    private static String decoded(String variable, String text) {
        try {
            // As in URLs, where a plus sign is one.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message has a part of the password.
            throw new IllegalArgumentException("The environment variable " + variable
                    + " has a user or password with a wrong %-escape. A percent sign itself is %25");
        }
    }

    private boolean isExcepted(String host, int port) {
        var lower = environment.get("no_proxy");
        var entries = lower != null ? lower : environment.getOrDefault("NO_PROXY", "");
        return SEPARATORS.splitAsStream(entries).anyMatch(entry -> excepts(entry, withoutDot(host), port));
    }

    /** An entry is {@code *}, a domain, an address or a network ({@code 10.0.0.0/8}), each perhaps with a port. */
    private static boolean excepts(String entry, String host, int port) {
        if (entry.isEmpty()) {
            return false;
        }
        if (entry.equals("*")) {
            return true;
        }
        int slash = entry.indexOf('/');
        if (slash > 0) {
            return isInNetwork(host, unbracketed(entry.substring(0, slash)), entry.substring(slash + 1));
        }
        var name = entry;
        int colon = entry.lastIndexOf(':');
        // An IPv6 address has several colons; with a port it is in brackets.
        if (colon >= 0 && (entry.indexOf(':') == colon || entry.startsWith("[") && entry.indexOf(']') == colon - 1)) {
            if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            name = entry.substring(0, colon);
        }
        name = withoutDot(unbracketed(name)).toLowerCase(Locale.ROOT);
        name = name.startsWith(".") ? name.substring(1) : name;
        var wanted = host.toLowerCase(Locale.ROOT);
        return wanted.equals(name) || !isAddress(host) && wanted.endsWith("." + name);
    }

    private static boolean isInNetwork(String host, String network, String bits) {
        if (!isAddress(host) || !isAddress(network) || !bits.matches("[0-9]{1,3}")) {
            return false;
        }
        byte[] address = bytes(host);
        byte[] prefix = bytes(network);
        int length = Integer.parseInt(bits);
        if (address.length != prefix.length || length > address.length * Byte.SIZE) {
            return false;
        }
        for (int bit = 0; bit < length; bit++) {
            int mask = 0x80 >>> bit % Byte.SIZE;
            if (((address[bit / Byte.SIZE] ^ prefix[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAddress(String host) {
        return ADDRESS.matcher(host).matches();
    }

    /** Of an address; no name is resolved. */
    private static byte[] bytes(String address) {
        try {
            return InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            return new byte[0];
        }
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static String withoutDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
