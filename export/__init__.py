"""Exporting a trained model: ONNX conversion, optimisation, quantisation, the parity gate, packaging, prediction."""
