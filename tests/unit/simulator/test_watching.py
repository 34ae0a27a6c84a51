"""A trial that somebody watches."""

from __future__ import annotations

import io

from rich.console import Console

from node.sense.audio.level import SoundLevel
from node.sense.pipeline import Observation
from node.sense.vision.eyes import Scene
from simulator.trials.scenario import parse
from simulator.trials.score import Told
from simulator.trials.trial import Trial
from simulator.trials.watching import Pacer, Show

TEXT = b"""title = "A small street"
length_s = 60
[street]
roars = false
[[act]]
name = "horn"
at_s = 20
lasts_s = 10
[[fault]]
name = "camera.dark"
from_s = 20
to_s = 40
"""


def drawn(t_s: float, told: list[Told], width: int = 120) -> str:
    trial = Trial("small", parse(TEXT, "small"), 1, sight=True)
    level = SoundLevel(t_s, 61.0, 62.0, 60.0, 0.0, 0.0, 0.0, 0.0)
    scene = Scene(t_s, present=True, foreground_share=0.031, flow_energy=0.0, ready=True)
    screen = Console(file=io.StringIO(), width=width, height=30, force_terminal=False)
    picture = Show(trial, lambda: (width, 30)).next(Observation(t_s, level, 51.6, spike=False, scene=scene), told)
    assert picture is not None
    with screen.capture() as caught:
        screen.print(picture)
    return caught.get()


def test_the_truth_and_what_is_broken_stand_on_the_left() -> None:
    found = drawn(25.0, [])

    assert "true now  sound.horn_or_alarm" in found
    assert "broken    camera.dark" in found
    assert "true now  nothing to tell" in drawn(5.0, [])


def test_what_the_node_measures_and_tells_stands_on_the_right() -> None:
    found = drawn(25.0, [Told("noise.spike", 5.0, 9.0, 5.5), Told("sound.horn_or_alarm", 20.0, None, 21.3)])

    assert "background  52 dB" in found
    assert "something is there, 3.1 % differs" in found
    assert "21.3 s" in found
    assert found.index("21.3 s") < found.index("5.5 s"), "the newest stands first"
    assert "goes on" in found
    assert "not true" in found


def test_a_screen_is_drawn_eight_times_a_second_at_most() -> None:
    show = Show(Trial("small", parse(TEXT, "small"), 1, sight=True), lambda: (100, 30))
    seen = [Observation(t_s, None, None, spike=False, scene=None) for t_s in (1.0, 1.05, 1.1, 1.125)]

    assert [show.next(one, []) is not None for one in seen] == [True, False, False, True]


def test_a_pacer_rests_for_what_is_left_and_hurries_when_it_is_late() -> None:
    now_s, rested_s = [100.0], []

    def wait(seconds: float) -> None:
        rested_s.append(seconds)
        now_s[0] += seconds

    pace = Pacer(lambda: now_s[0], wait)
    pace.reach(2.0)
    now_s[0] += 5.0
    pace.reach(6.0)
    pace.reach(8.0)

    assert rested_s == [2.0, 1.0]
