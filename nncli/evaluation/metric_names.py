"""The names of figures, as JSON and bounds have them."""

from __future__ import annotations

# What is the better, the larger it is.
RISING = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "macro_precision",
    "macro_recall",
    "roc_auc",
    "average_precision",
    "r2",
)
# What is the better, the smaller it is.
FALLING = ("log_loss", "brier", "mse", "rmse", "mae", "max_error")
