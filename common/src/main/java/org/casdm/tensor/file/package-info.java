/** Files of tensors, whatever their format: opening them, and converting them to safetensors. */
package org.casdm.tensor.file;
