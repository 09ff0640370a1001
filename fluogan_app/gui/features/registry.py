"""All features of the window, in the order in which they are made: menus and tabs follow it."""

from __future__ import annotations

from fluogan_app.gui.features.batching import Batching
from fluogan_app.gui.features.comparing import Comparing
from fluogan_app.gui.features.critic import CriticFeature
from fluogan_app.gui.features.curves import CurvesFeature
from fluogan_app.gui.features.differences import Differences
from fluogan_app.gui.features.editing import Editing
from fluogan_app.gui.features.expect import ExpectFeature
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.features.field_estimates import FieldEstimates
from fluogan_app.gui.features.holding import Holding
from fluogan_app.gui.features.history import History
from fluogan_app.gui.features.judging import Judging
from fluogan_app.gui.features.looking import Looking
from fluogan_app.gui.features.measuring import MeasuringFeature
from fluogan_app.gui.features.optics import Optics
from fluogan_app.gui.features.machine import Machine
from fluogan_app.gui.features.method_choice import MethodChoosing
from fluogan_app.gui.features.packing import Packing
from fluogan_app.gui.features.reporting import Reporting
from fluogan_app.gui.features.sweep import SweepFeature
from fluogan_app.gui.features.telling import Telling
from fluogan_app.gui.features.presets import Presets
from fluogan_app.gui.features.preview import PreviewFeature
from fluogan_app.gui.features.repeating import Repeating
from fluogan_app.gui.features.queueing import Queueing
from fluogan_app.gui.features.runs_table import RunsTableFeature
from fluogan_app.gui.features.searching import Searching
from fluogan_app.gui.features.troubleshooting import Troubleshooting
from fluogan_app.gui.features.unwritten import Unwritten
from fluogan_app.gui.features.view_export import Exporting

FEATURES: tuple[type[Feature], ...] = (
    Holding,
    Editing,
    Optics,
    FieldEstimates,
    Looking,
    MeasuringFeature,
    MethodChoosing,
    Differences,
    Presets,
    Queueing,
    Batching,
    Machine,
    Telling,
    Unwritten,
    History,
    CurvesFeature,
    CriticFeature,
    Judging,
    RunsTableFeature,
    Comparing,
    PreviewFeature,
    ExpectFeature,
    SweepFeature,
    Packing,
    Reporting,
    Searching,
    Exporting,
    Repeating,
    Troubleshooting,
)
