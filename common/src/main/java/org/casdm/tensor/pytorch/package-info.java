/**
 * Reading of PyTorch state files ({@code torch.save} of tensors, state dicts and checkpoints) without PyTorch and
 * without running anything that the file says. {@link org.casdm.tensor.pytorch.PyTorchFile} is the entry.
 */
package org.casdm.tensor.pytorch;
