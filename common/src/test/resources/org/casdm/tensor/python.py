"""Wrote python.safetensors, with safetensors 0.8.0 and numpy 2.4.6."""

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "float64": numpy.array([[1.0, -2.5], [1e300, 0.1]], dtype=numpy.float64),
        "float32": numpy.arange(6, dtype=numpy.float32).reshape(1, 2, 3) / 4,
        "float16": numpy.array([1.0, -0.5, 65504.0, 6e-8], dtype=numpy.float16),
        "int64": numpy.array([2**62 + 1, -3], dtype=numpy.int64),
        "int32": numpy.array([2**31 - 1, -4], dtype=numpy.int32),
        "int16": numpy.array([[-32768], [7]], dtype=numpy.int16),
        "int8": numpy.array([-128, 127], dtype=numpy.int8),
        "uint8": numpy.array([0, 200, 255], dtype=numpy.uint8),
        "bool": numpy.array([True, False, True]),
        "scalar": numpy.array(3.25, dtype=numpy.float32),
        "empty": numpy.zeros((0, 4), dtype=numpy.float32),
        'näme "quoted"': numpy.array([9.0], dtype=numpy.float32),
    },
    "python.safetensors",
    metadata={"format": "np", "text": 'ä "quoted"'},
)
