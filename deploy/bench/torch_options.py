"""What the PyTorch programs beside this file have in common: device, precision, and how time and memory are taken."""

import resource

import torch


def add(parser):
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: cpu)")
    parser.add_argument(
        "--precision",
        choices=("float32", "tf32", "bf16"),
        default="float32",
        help="of products and convolutions: bf16 is autocast, parameters stay float32 (default: float32)",
    )
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true", help="torch.compile the networks")


def apply(a):
    """Settings of the process."""
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.precision != "float32"
    torch.backends.cudnn.benchmark = True


def place(a, *things):
    """Modules and images on the device, in its order of elements, compiled if asked for."""
    things = [thing.to(a.device) for thing in things]
    if a.channels_last:
        things = [thing.to(memory_format=torch.channels_last) for thing in things]
    if a.compile:
        things = [torch.compile(thing) if isinstance(thing, torch.nn.Module) else thing for thing in things]
    return things if len(things) > 1 else things[0]


def cast(a):
    return torch.autocast(a.device.split(":")[0], torch.bfloat16, enabled=a.precision == "bf16")


def synchronize(a):
    if a.device != "cpu":
        torch.cuda.synchronize()


def peak_mib(a):
    """Of the process; on a GPU, of the allocator."""
    if a.device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return torch.cuda.max_memory_allocated() >> 20
