"""Tests of casdm_files: python -m unittest discover --start-directory notebooks"""

import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from casdm_files import FilesError, Place, Run, Samples, block_of, read_data_set, tensor_order
from safetensors.numpy import save

# As the product writes it: its checksum is that of casdm, and not made by the code under test.
STATE = """{
  "format" : 1,
  "step" : 20,
  "imagesSeen" : 40,
  "epoch" : 0,
  "seeds" : { },
  "note" : "white space  and \\"quotes\\" stay",
  "emaRates" : [ 0.9, 1.0E-4 ],
  "files" : {
    "model.safetensors" : {
      "bytes" : %d,
      "sha256" : "%s"
    }
  },
  "checksum" : "%s"
}"""
COMPACT = (
    '{"format":1,"step":20,"imagesSeen":40,"epoch":0,"seeds":{},"note":"white space  and \\"quotes\\" stay",'
    '"emaRates":[0.9,1.0E-4],"files":{"model.safetensors":{"bytes":%d,"sha256":"%s"}}}'
)


class FilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def write_checkpoint(self, step=20):
        weights = {"theta.out.2.weight": np.full((2, 3), 2.0, np.float32), "theta.time_embed.0.bias": np.zeros(4, "f4")}
        content = save(weights)
        numbers = len(content), hashlib.sha256(content).hexdigest()
        checksum = hashlib.sha256((COMPACT % numbers).encode()).hexdigest()
        self.write(f"checkpoints/{step:09}/model.safetensors", content)
        return self.write(f"checkpoints/{step:09}/state.json", STATE % (*numbers, checksum))

    def error(self, function):
        with self.assertRaises(FilesError) as raised:
            function()
        text = str(raised.exception)
        self.assertEqual(1, len(raised.exception._render_traceback_()))
        self.assertNotIn("\n", text)
        return text


class CheckpointTest(FilesTest):
    def test_tensors_come_from_input_to_output(self):
        self.write_checkpoint()
        tensors = dict(Run(self.folder).checkpoint().tensors())
        self.assertEqual(["theta.time_embed.0.bias", "theta.out.2.weight"], list(tensors))
        self.assertEqual([[2, 2, 2], [2, 2, 2]], tensors["theta.out.2.weight"].tolist())

    def assert_passed_over(self, reason):
        with self.assertWarnsRegex(UserWarning, reason):
            self.assertEqual({}, Run(self.folder).checkpoints())

    def test_without_state_it_does_not_exist(self):
        self.write_checkpoint().unlink()
        self.assert_passed_over("has no state.json")

    def test_with_a_changed_state_it_does_not_exist(self):
        state = self.write_checkpoint()
        state.write_text(state.read_text().replace('"imagesSeen" : 40', '"imagesSeen" : 41'))
        self.assert_passed_over("checksum")

    def test_with_a_state_cut_off_it_does_not_exist(self):
        state = self.write_checkpoint()
        state.write_text(state.read_text()[:-40])
        self.assert_passed_over("damaged")

    def test_with_a_file_of_another_size_it_does_not_exist(self):
        self.write_checkpoint()
        self.write("checkpoints/000000020/model.safetensors", b"short")
        self.assert_passed_over("has 5 bytes instead of")

    def test_of_another_step_it_does_not_exist(self):
        self.write_checkpoint(step=30)
        self.assert_passed_over("belongs to step 20")

    def test_a_file_with_another_hash_is_damaged(self):
        self.write_checkpoint()
        path = self.folder / "checkpoints/000000020/model.safetensors"
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        self.assertIn("SHA-256", self.error(lambda: list(Run(self.folder).checkpoint().tensors())))

    def test_a_step_that_is_not_there_is_named(self):
        self.write_checkpoint()
        self.assertIn("those of 20", self.error(lambda: Run(self.folder).checkpoint(10)))


class MetricsTest(FilesTest):
    def test_rounds_count_up_to_the_next_part(self):
        self.write(
            "metrics/part-000000010.jsonl",
            '{"step":10,"time":"2026-01-01T00:00:00.123456789Z","loss":3}\n'
            '{"step":20,"time":"2026-01-01T00:00:01Z","loss":2}\n',
        )
        self.write(
            "metrics/part-000000020.jsonl",
            '{"step":20,"time":"2026-01-01T00:00:02Z","loss":"NaN","lpipsOfImages":{"median":0.5}}\n{"step":30,"ti',
        )
        with self.assertWarnsRegex(UserWarning, "cut off"):
            rounds = Run(self.folder).rounds()
        self.assertEqual([10, 20], list(rounds.index))
        self.assertEqual(3, rounds["loss"][10])
        self.assertTrue(np.isnan(rounds["loss"][20]))
        self.assertEqual(0.5, rounds["lpipsOfImages.median"][20])

    def test_a_line_that_is_none_is_named(self):
        self.write("metrics/part-000000010.jsonl", '{"step":10}\n[1]\n')
        self.assertIn("line 2", self.error(Run(self.folder).rounds))

    def test_evaluations_have_a_row_for_each_metric(self):
        self.write(
            "metrics/evaluation-000000010-abc.jsonl",
            json.dumps(
                {
                    "step": 10,
                    "curve": "abc",
                    "metrics": {"fid": 12.5, "is": 2, "isDeviation": 0.1},
                    "comparable": True,
                    "labels": {"fid": "FID", "is": "Inception Score"},
                    "samples": {"images": 5000},
                    "reference": {"location": "s3a://bucket/data/"},
                }
            )
            + "\n",
        )
        rows = Run(self.folder).evaluations()
        self.assertEqual([("FID", 12.5), ("Inception Score", 2)], list(zip(rows["metric"], rows["value"])))
        self.assertEqual("5,000 samples against data", rows["conditions"][0])


class SamplesTest(FilesTest):
    def write_samples(self, stored_as="parquet"):
        self.write(
            "samples.json",
            json.dumps(
                {
                    "complete": True,
                    "count": 3,
                    "run": "file:/run",
                    "settings": {"images": "8 x 8 x 3", "stored as": stored_as},
                }
            ),
        )
        self.write("dataset.json", '{"size": 8}')
        for first in (0, 2):
            rows = [{"id": str(i), "label": i, "pixels": bytes([i]) * 192} for i in range(first, min(3, first + 2))]
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), self.folder / f"part-{first:05}.parquet")

    def test_images_come_in_order(self):
        self.write_samples()
        labels, pixels = Samples(self.folder).images()
        self.assertEqual([0, 1, 2], labels.tolist())
        self.assertEqual((3, 8, 8, 3), pixels.shape)
        self.assertEqual([0, 1, 2], pixels[:, 7, 7, 2].tolist())
        self.assertEqual([0], read_data_set(self.folder, 1)[0].tolist())

    def test_png_files_are_refused(self):
        self.write_samples("png")
        self.assertIn("--format parquet", self.error(lambda: Samples(self.folder)))

    def test_other_folders_are_refused(self):
        self.assertIn("holds no samples.json", self.error(lambda: Samples(self.folder)))
        self.assertIn("holds no dataset.json", self.error(lambda: read_data_set(self.folder)))


class PlaceTest(FilesTest):
    def test_paths_and_uris_are_the_same(self):
        self.write("a", "content")
        for location in (str(self.folder), f"{self.folder}/", f"file:{self.folder}", f"file://{self.folder}"):
            self.assertEqual(b"content", Place(location).read("a"))
            self.assertIsNone(Place(location).read("b"))

    def test_other_storage_is_refused(self):
        self.assertIn("casdm copy", self.error(lambda: Place("hdfs://host/runs/1")))

    def test_a_folder_that_is_not_there_is_no_run(self):
        self.assertIn("does not exist", self.error(lambda: Run(self.folder / "none")))
        self.write("other", "")
        self.assertIn("holds no config.conf", self.error(lambda: Run(self.folder)))


class NamesTest(unittest.TestCase):
    def test_blocks_are_sorted_by_number(self):
        names = [
            "phi.out.0.bias",
            "theta.input_blocks.10.0.weight",
            "theta.output_blocks.0.0.weight",
            "theta.input_blocks.2.0.weight",
            "theta.something.else",
        ]
        self.assertEqual(
            [
                "theta.input_blocks.2.0.weight",
                "theta.input_blocks.10.0.weight",
                "theta.output_blocks.0.0.weight",
                "theta.something.else",
                "phi.out.0.bias",
            ],
            sorted(names, key=tensor_order),
        )

    def test_blocks_have_short_names(self):
        self.assertEqual(("theta", "in 3"), block_of("theta.input_blocks.3.0.in_layers.2.weight"))
        self.assertEqual(("phi", "head"), block_of("phi.out.2.bias"))


if __name__ == "__main__":
    unittest.main()
