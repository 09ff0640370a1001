"""The methods there are. Looking here loads no torch: a method's solver is imported when it is prepared."""

from __future__ import annotations

from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.bsofi.method import BsofiMethod
from fluogan_app.core.methods.col0rme.method import Col0rmeMethod
from fluogan_app.core.methods.esrrf.method import EsrrfMethod
from fluogan_app.core.methods.fista.method import FistaMethod
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.imported.method import ImportedMethod, not_computed
from fluogan_app.core.methods.lsparcom.method import LsparcomMethod
from fluogan_app.core.methods.mean.method import MeanMethod
from fluogan_app.core.methods.pnp_col0rme.method import PnpCol0rmeMethod
from fluogan_app.core.methods.richardson_lucy.method import RichardsonLucyMethod
from fluogan_app.core.methods.sofi.method import SofiMethod
from fluogan_app.core.methods.sparcom.method import SparcomMethod
from fluogan_app.core.methods.srrf.method import SrrfMethod
from fluogan_app.core.methods.wiener.method import WienerMethod

METHODS: dict[str, Method] = {
    method.name: method for method in (
        FluoganMethod(),
        MeanMethod(),
        WienerMethod(),
        RichardsonLucyMethod(),
        FistaMethod(),
        SofiMethod(),
        BsofiMethod(),
        SrrfMethod(),
        EsrrfMethod(),
        Col0rmeMethod(),
        PnpCol0rmeMethod(),
        SparcomMethod(),
        LsparcomMethod(),
    )
}  # fmt: skip
DEFAULT_METHOD = "fluogan"
#: Stands beside them in projects: images that were made elsewhere. It is not offered, since nothing is to be computed.
IMPORTED: Method = ImportedMethod()


def method_named(name: str) -> Method:
    """The method of that name, that of imported images too. Raises UsageError."""
    if name == IMPORTED.name:
        return IMPORTED
    if name not in METHODS:
        raise UsageError(f"There is no method “{name}”.", f"Known are {', '.join(METHODS)}.")
    return METHODS[name]


def method_to_run(name: str) -> Method:
    """The method of that name, which computes. Raises UsageError."""
    if name == IMPORTED.name:
        raise not_computed()
    return method_named(name)
