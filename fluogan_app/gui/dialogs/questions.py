"""Questions that must be answered before something would be lost. None of them blocks the event loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

Answer = str


def ask(
    parent: QWidget,
    name: str,
    text: str,
    detail: str,
    choices: Mapping[Answer, tuple[str, QMessageBox.ButtonRole]],
    preferred: Answer,
    answered: Callable[[Answer], None],
) -> QMessageBox:
    """Show a question with named answers; `answered` is called once. Closing it is the answer of its reject button."""
    box = QMessageBox(QMessageBox.Icon.Question, "FluoGAN", text, QMessageBox.StandardButton.NoButton, parent)
    box.setObjectName(name)
    box.setInformativeText(detail)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    buttons: dict[QPushButton, Answer] = {}
    for answer, (label, role) in choices.items():
        button = box.addButton(label, role)
        button.setObjectName(f"answer_{answer}")
        buttons[button] = answer
        if answer == preferred:
            box.setDefaultButton(button)
        if role is QMessageBox.ButtonRole.RejectRole:
            box.setEscapeButton(button)
    box.finished.connect(lambda _: answered(buttons.get(box.clickedButton(), "cancel")))
    box.open()
    return box


def ask_unsaved(parent: QWidget, title: str, loss: str, answered: Callable[[Answer], None]) -> QMessageBox:
    """ "save", "discard" or "cancel". loss: what would be gone without saving."""
    return ask(
        parent,
        "unsaved_question",
        f"Save “{title}” before going on?",
        loss,
        {
            "save": ("&Save", QMessageBox.ButtonRole.AcceptRole),
            "discard": ("&Don't save", QMessageBox.ButtonRole.DestructiveRole),
            "cancel": ("&Go back", QMessageBox.ButtonRole.RejectRole),
        },
        "save",
        answered,
    )


def ask_cancel_run(parent: QWidget, detail: str, answered: Callable[[Answer], None]) -> QMessageBox:
    """ "stop" or "cancel". detail: what is kept of it, and what else would end."""
    return ask(
        parent,
        "running_question",
        "A run is going on. Cancel it?",
        detail,
        {
            "stop": ("&Cancel the run", QMessageBox.ButtonRole.AcceptRole),
            "cancel": ("&Keep running", QMessageBox.ButtonRole.RejectRole),
        },
        "stop",
        answered,
    )


def ask_end_work(parent: QWidget, detail: str, answered: Callable[[Answer], None]) -> QMessageBox:
    """ "stop" or "cancel". detail: what goes on, and what of it is kept."""
    return ask(
        parent,
        "going_on_question",
        "Something is not at its end yet. Leave nevertheless?",
        detail,
        {
            "stop": ("&Leave", QMessageBox.ButtonRole.AcceptRole),
            "cancel": ("&Go back", QMessageBox.ButtonRole.RejectRole),
        },
        "cancel",
        answered,
    )


def ask_delete_preset(parent: QWidget, name: str, answered: Callable[[Answer], None]) -> QMessageBox:
    """ "delete" or "cancel"."""
    return ask(
        parent,
        "delete_preset_question",
        f"Delete the preset “{name}”?",
        "Values that were taken from it stay as they are.",
        {
            "delete": ("&Delete", QMessageBox.ButtonRole.DestructiveRole),
            "cancel": ("&Go back", QMessageBox.ButtonRole.RejectRole),
        },
        "cancel",
        answered,
    )


def ask_cancel_batch(parent: QWidget, answered: Callable[[Answer], None]) -> QMessageBox:
    """ "stop" or "cancel"."""
    return ask(
        parent,
        "batch_question",
        "A batch is going on. End it?",
        "The files that are done keep their projects; started again, the batch goes on with the others.",
        {
            "stop": ("&End the batch", QMessageBox.ButtonRole.AcceptRole),
            "cancel": ("&Keep running", QMessageBox.ButtonRole.RejectRole),
        },
        "cancel",
        answered,
    )


def ask_overwrite(parent: QWidget, what: str, answered: Callable[[Answer], None]) -> QMessageBox:
    """ "replace" or "cancel"."""
    return ask(
        parent,
        "overwrite_question",
        f"{what} exists already. Replace it?",
        "What is in it now will be lost.",
        {
            "replace": ("&Replace", QMessageBox.ButtonRole.DestructiveRole),
            "cancel": ("&Go back", QMessageBox.ButtonRole.RejectRole),
        },
        "cancel",
        answered,
    )
