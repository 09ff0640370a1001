"""Random numbers whose state can be kept: a run goes on as if it had not been interrupted."""

from __future__ import annotations

import pytest
import torch

from fluogan_app.core.rng import generator_state, make_generator, set_generator_state


def draw(generator: torch.Generator) -> torch.Tensor:
    """Uniform, normal and photon numbers: an odd count of normal ones leaves one over inside the generator."""
    parts = [
        torch.rand(5, generator=generator),
        torch.randn(7, generator=generator),
        torch.poisson(torch.full((5,), 4.0), generator=generator),
    ]
    return torch.cat(parts)


def test_a_seed_gives_the_same_numbers_again_and_another_seed_others():
    first = draw(make_generator(5))
    assert torch.equal(first, draw(make_generator(5)))
    assert not torch.equal(first, draw(make_generator(6)))


def test_a_generator_of_its_own_neither_reads_nor_moves_the_global_one():
    torch.manual_seed(1)
    first, before = draw(make_generator(5)), torch.get_rng_state()
    torch.manual_seed(2)
    assert torch.equal(first, draw(make_generator(5)))
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_kept_state_goes_on_where_it_was():
    generator = make_generator(5)
    draw(generator)
    kept = generator_state(generator)
    wanted = draw(generator)
    other = make_generator(99)
    set_generator_state(other, kept)
    assert torch.equal(draw(other), wanted)
    assert not torch.equal(draw(other), wanted)


def test_a_kept_state_is_a_tensor_that_files_can_hold_and_a_copy():
    generator = make_generator(5)
    kept = generator_state(generator)
    assert (kept.dtype, kept.device.type) == (torch.uint8, "cpu")
    before = kept.clone()
    draw(generator)
    assert torch.equal(kept, before)
    set_generator_state(generator, kept)
    draw(generator)
    assert torch.equal(kept, before)


def test_what_is_no_state_is_refused():
    with pytest.raises(RuntimeError):
        set_generator_state(make_generator(1), torch.zeros(7, dtype=torch.uint8))


@pytest.mark.cuda
def test_a_state_of_the_graphics_card_goes_through_the_processor():
    generator = make_generator(5, "cuda:0")
    kept = generator_state(generator)
    wanted = torch.rand(9, generator=generator, device="cuda:0")
    set_generator_state(generator, kept)
    assert kept.device.type == "cpu"
    assert torch.equal(torch.rand(9, generator=generator, device="cuda:0"), wanted)
