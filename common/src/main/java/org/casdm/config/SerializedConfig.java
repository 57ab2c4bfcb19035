package org.casdm.config;

import java.io.Serializable;

/** What a {@link CasdmConfig} is on its way to another process: its text. */
record SerializedConfig(String hocon) implements Serializable {

    private Object readResolve() {
        return ConfigLoader.loadStored(new ConfigText("configuration sent by the driver", hocon));
    }
}
