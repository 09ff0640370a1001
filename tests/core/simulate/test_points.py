"""Points lie where they say, and positions come out of a file as they stand there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.errors import ParameterError, ReadError
from fluogan_app.core.simulate.params import FilamentsParams, PointsParams
from fluogan_app.core.simulate.phantoms.filaments import filaments_phantom
from fluogan_app.core.simulate.phantoms.points import deposit, points_phantom
from fluogan_app.core.simulate.phantoms.positions import read_positions

SIGMAS = 6.0


def centroid_nm(image: np.ndarray, fine_nm: float) -> np.ndarray:
    total = image.sum()
    places = [(np.arange(side) + 0.5) * fine_nm for side in image.shape]
    return np.array([places[0] @ image.sum(axis=1), places[1] @ image.sum(axis=0)]) / total


@given(y=st.floats(5.0, 65.0), x=st.floats(5.0, 85.0), light=st.floats(0.1, 50.0))
def test_a_point_keeps_its_light_and_its_centroid(y, x, light):
    image = deposit(np.array([[y, x]]), np.array([light]), (7, 9), 10.0)
    assert image.sum() == pytest.approx(light, rel=1e-12)
    np.testing.assert_allclose(centroid_nm(image, 10.0), [y, x], atol=1e-9)
    assert np.count_nonzero(image) <= 4 and image.min() >= 0


def test_points_in_one_place_add_up():
    image = deposit(np.full((3, 2), 35.0), np.array([1.0, 2.0, 4.0]), (7, 9), 10.0)
    assert image[3, 3] == 7.0 and image.sum() == 7.0


def points(seed: int = 0, **values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, brightness and light."""
    phantom = points_phantom(PointsParams(**values), np.random.default_rng(seed))
    return phantom.positions["points_yx_nm"], phantom.positions["brightness"], phantom.paint()


def test_random_points_are_as_dense_as_asked_for_and_evenly_spread():
    places, _, light = points(rows=100, columns=200, density_per_um2=5.0)
    expected = 5.0 * 10.0 * 20.0
    assert abs(len(places) - expected) <= SIGMAS * np.sqrt(expected)
    assert light.sum() == pytest.approx(len(places))
    halves = np.array([np.sum(places[:, 0] < 5000.0), np.sum(places[:, 1] < 10_000.0)])
    assert np.all(np.abs(halves - len(places) / 2) <= SIGMAS * np.sqrt(len(places)) / 2)


def test_a_grid_has_its_pitch_and_is_centred():
    places, _, _ = points(arrangement="grid", rows=30, columns=50, pitch_nm=700.0)
    rows, columns = np.unique(places[:, 0]), np.unique(places[:, 1])
    np.testing.assert_allclose(np.diff(rows), 700.0)
    np.testing.assert_allclose(np.diff(columns), 700.0)
    assert (len(rows), len(columns)) == (4, 7) and len(places) == 28
    np.testing.assert_allclose(places.mean(axis=0), [1500.0, 2500.0])


def test_pairs_are_as_far_apart_as_asked_for_and_turned_every_way():
    places, _, _ = points(arrangement="pairs", rows=200, columns=200, pitch_nm=800.0, pair_distance_nm=130.0)
    pairs = places.reshape(-1, 2, 2)
    apart = pairs[:, 1] - pairs[:, 0]
    np.testing.assert_allclose(np.hypot(*apart.T), 130.0)
    doubled = 2 * np.arctan2(apart[:, 0], apart[:, 1])
    # Axes at random: the mean of cos and sin of the doubled angle has variance 1/2n.
    assert np.hypot(np.cos(doubled).mean(), np.sin(doubled).mean()) < SIGMAS / np.sqrt(2 * len(pairs))


def test_brightness_spreads_as_declared():
    _, brightness, light = points(rows=200, columns=200, density_per_um2=5.0, brightness_spread=0.5)
    logs = np.log(brightness)
    assert logs.std() == pytest.approx(0.5, abs=SIGMAS * 0.5 / np.sqrt(2 * len(logs)))
    assert light.sum() == pytest.approx(brightness.sum())
    assert np.ptp(points()[1]) == 0.0


@pytest.mark.parametrize(
    "values", [{"arrangement": "pairs", "pair_distance_nm": 700.0}, {"rows": 1, "columns": 1, "density_per_um2": 1e-4}]
)
def test_points_that_find_no_place_are_refused(values):
    params = PointsParams(**values)
    with pytest.raises(ParameterError):
        points_phantom(params.complete(), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("values", "field"),
    [({"density_per_um2": 10_000.0}, "density_per_um2"), ({"arrangement": "grid", "pitch_nm": 0.01}, "pitch_nm"),
     ({"arrangement": "pairs", "pitch_nm": 0.5, "pair_distance_nm": 0.1}, "pitch_nm")],
)  # fmt: skip
def test_more_points_than_fit_into_memory_are_refused_by_name(values, field):
    with pytest.raises(ParameterError, match="points; allowed") as caught:
        PointsParams(rows=4096, columns=4096, **values).complete()
    assert list(caught.value.problems) == [field]


@pytest.mark.parametrize(
    "header", ["id,frame,xnano,ynano,intensity", '"id";"frame";"x [nm]";"y [nm]";"intensity [photon]"',
               "id\tframe\tX_nm\ty_nm\tphotons", "\ufeffid,frame, x (nm) ,y (nm),intensity "],
)  # fmt: skip
def test_tables_of_several_programs_are_understood(tmp_path, header):
    separator = max(",;\t", key=header.count)
    rows = [(1, 7, 10.5, 20.0, 3.0), (2, 9, 110.0, 420.25, 1.5)]
    lines = [header, *(separator.join(str(value) for value in row) for row in rows)]
    path = tmp_path / "positions.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    molecules = read_positions(path)
    np.testing.assert_array_equal(molecules.places_yx_nm, [[20.0, 10.5], [420.25, 110.0]])
    np.testing.assert_array_equal(molecules.light, [3.0, 1.5])


def test_without_an_intensity_all_molecules_are_alike(tmp_path):
    (tmp_path / "p.csv").write_text("y_nm,x_nm\n1,2\n3,4\n")
    np.testing.assert_array_equal(read_positions(tmp_path / "p.csv").light, [1.0, 1.0])


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"x_nm,y_nm\n", b"x,y\n1,2\n", b"x_nm,y_nm\n1,two\n", b"x_nm,y_nm\n1\n", b"x_nm,y_nm\nnan,2\n",
     b"x_nm,y_nm,intensity\n1,2,-3\n", b"x_nm,y_nm,intensity\n1,2,0\n", b"\xff\xfe\x00"],
)  # fmt: skip
def test_a_table_without_positions_is_a_clear_error(tmp_path, content):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="p.csv"):
        read_positions(path)


def test_a_missing_table_is_a_clear_error(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ReadError):
            read_positions(path)


@pytest.mark.parametrize("margin_nm", [0.0, 150.0])
def test_a_file_of_positions_is_centred_in_a_field_that_fits(tmp_path, margin_nm):
    rng = np.random.default_rng(5)
    places = rng.uniform(-3000.0, 5000.0, (40, 2))
    light = rng.uniform(1.0, 5.0, 40)
    path = tmp_path / "p.csv"
    table = np.column_stack([places[:, ::-1], light])
    np.savetxt(path, table, delimiter=",", header="x_nm,y_nm,intensity", comments="")
    params = FilamentsParams(positions_file=str(path), margin_nm=margin_nm).complete()
    phantom = filaments_phantom(params, rng)
    found = phantom.positions["molecules_yx_nm"]
    np.testing.assert_allclose(found - found[0], places - places[0], atol=1e-6)
    field_nm = np.array(phantom.shape_yx) * params.pixel_size_nm
    assert np.all(found.min(axis=0) >= margin_nm) and np.all(field_nm - found.max(axis=0) >= margin_nm)
    np.testing.assert_allclose(found.min(axis=0), field_nm - found.max(axis=0), atol=1e-6)
    image = phantom.paint()
    assert image.sum() == pytest.approx(light.sum())
    np.testing.assert_allclose(
        centroid_nm(image, params.pixel_size_nm / params.zoom), light @ found / light.sum(), atol=1e-6
    )


def test_the_microtubules_of_the_shared_file_come_out_whole(shared_data):
    path = shared_data / "positions" / "MT0.N1.HD_activations.csv"
    phantom = filaments_phantom(FilamentsParams(positions_file=str(path)).complete(), np.random.default_rng(0))
    assert len(phantom.positions["molecules_yx_nm"]) == 31_612
    assert phantom.shape_yx == (68, 68)
    # Three thin tubes: nearly all of the field is dark.
    assert np.mean(phantom.paint() > 0) < 0.05
