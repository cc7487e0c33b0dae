# expect-silent
import contextlib
import unittest

import torch


class Truths(unittest.TestCase):
    def test_exp_saves_its_result(self):
        x = torch.tensor([0.5, 1.0], requires_grad=True)
        y = x.exp()
        y.mul_(2)
        with self.assertRaises(RuntimeError):
            y.sum().backward()

    def test_leaf_is_protected(self):
        w = torch.ones(2, requires_grad=True)
        with self.assertRaises(RuntimeError):
            w += 1

    def test_detach_cuts(self):
        w = torch.ones(2, requires_grad=True)
        with self.assertRaises(RuntimeError):
            (w * 2).detach().sum().backward()


result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(Truths).run(result)
assert result.wasSuccessful(), result.failures + result.errors
